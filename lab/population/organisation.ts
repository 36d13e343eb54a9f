/**
 * A made-up company of any size: its groups, roles, connections and machines. The same size and seed make
 * the same company. Pure; knows nothing of a server.
 */
import type { PolicyDocument } from '#protocol/rest/changes.ts';
import { SeededRandom } from './seeded-random.ts';
import {
  AGENT_VERSIONS,
  FIRST_NAMES,
  GROUP_KINDS,
  type GroupKind,
  INSTANCE_OS,
  LAST_NAMES,
  ROLES,
  SITES,
} from './words.ts';

export interface Size {
  /** Computers and role instances together. */
  readonly machines: number;
  readonly groups: number;
  readonly roles: number;
  readonly connections: number;
}

export interface PlannedMachine {
  /** A label. */
  readonly name: string;
  /** What it is in; null for a computer in no group. */
  readonly group: string | null;
  readonly role: string | null;
  readonly os: string;
  readonly agentVersion: string;
  readonly disabled: boolean;
  /** Milliseconds before now at which it was last seen, at least 0. */
  readonly unseenMs: number;
}

export interface Organisation {
  readonly policy: Required<Omit<PolicyDocument, 'dnsRoutes'>>;
  /** In the order in which they came. */
  readonly machines: readonly PlannedMachine[];
}

/** Of all machines. */
const SHARE_OF_INSTANCES = 0.15;
const SHARE_UNASSIGNED = 0.04;
const SHARE_DISABLED = 0.03;
const HOUR_MS = 3_600_000;

/** @throws RangeError when there are not so many pairs to connect, or nobody to connect them with */
export function organisation(size: Size, seed: string): Organisation {
  const random = new SeededRandom(seed);
  const groups = Array.from({ length: size.groups }, (_, index) => plannedGroup(index));
  const roles = Array.from({ length: size.roles }, (_, index) => plannedRole(index));
  const instances = size.roles === 0 ? 0 : Math.round(size.machines * SHARE_OF_INSTANCES);
  const machines = [
    ...plannedInstances(instances, roles, random),
    ...plannedComputers(size.machines - instances, groups, random),
  ];
  return {
    policy: {
      groups: groups.map(({ name, kind, site }) => ({
        name,
        description: kind.description === '' ? '' : `${kind.description}, ${site}`,
        interconnected: kind.interconnected,
      })),
      roles,
      connections: plannedConnections(size.connections, groups, roles, random),
    },
    machines: shuffled(machines, random),
  };
}

interface PlannedGroup {
  readonly name: string;
  readonly kind: GroupKind;
  readonly siteCode: string;
  readonly site: string;
}

/** One kind after the other at a site, then the next site; when all sites have all, another of each. */
function plannedGroup(index: number): PlannedGroup {
  const kind = GROUP_KINDS[index % GROUP_KINDS.length] as GroupKind;
  const round = Math.floor(index / GROUP_KINDS.length);
  const [siteCode, site] = SITES[round % SITES.length] as (typeof SITES)[number];
  const again = Math.floor(round / SITES.length);
  const suffix = again === 0 ? '' : ` ${again + 1}`;
  return {
    name: `${kind.name} ${site}${suffix}`,
    kind,
    siteCode: again === 0 ? siteCode : `${siteCode}${again + 1}`,
    site,
  };
}

function plannedRole(index: number): { name: string; description: string } {
  const [name, description] = ROLES[index % ROLES.length] as (typeof ROLES)[number];
  const again = Math.floor(index / ROLES.length);
  if (again === 0) return { name, description };
  return { name: `${name} ${again === 1 ? 'staging' : `test ${again - 1}`}`, description: '' };
}

function* plannedInstances(
  count: number,
  roles: readonly { name: string }[],
  random: SeededRandom,
): Generator<PlannedMachine> {
  const counts = new Map<string, number>();
  for (let made = 0; made < count; made++) {
    // Some roles are large: the product of two fractions is mostly small.
    const role = roles[Math.floor(random.fraction() * random.fraction() * roles.length)]?.name ?? '';
    const name = `${role.toLowerCase().replaceAll(' ', '-')}-${next(counts, role)}`;
    yield { ...software(INSTANCE_OS, random), name, group: null, role };
  }
}

function* plannedComputers(
  count: number,
  groups: readonly PlannedGroup[],
  random: SeededRandom,
): Generator<PlannedMachine> {
  const counts = new Map<string, number>();
  const weights = groups.map(({ kind }) => kind.weight * (0.3 + 1.4 * random.fraction()));
  const sums: number[] = [];
  for (const weight of weights) sums.push((sums.at(-1) ?? 0) + weight);
  for (let made = 0; made < count; made++) {
    const point = random.fraction() * (sums.at(-1) ?? 0);
    const at = sums.findIndex((sum) => point < sum);
    const group = groups[at] ?? plannedGroup(made);
    const { kind, siteCode } = group;
    const assigned = at >= 0 && random.fraction() >= SHARE_UNASSIGNED;
    const name = kind.prefix === null ? personal(counts, random) : numbered(counts, kind.prefix, siteCode);
    yield { ...software(kind.os, random), name, group: assigned ? group.name : null, role: null };
  }
}

function software(os: readonly string[], random: SeededRandom) {
  return {
    os: random.pick(os),
    agentVersion: random.pick(AGENT_VERSIONS),
    disabled: random.fraction() < SHARE_DISABLED,
    // Most within the hour, some not for months.
    unseenMs: Math.round(HOUR_MS * random.fraction() * 10 ** Math.max(0, 4.5 * random.fraction() - 1.2)),
  };
}

function personal(counts: Map<string, number>, random: SeededRandom): string {
  const person = `${random.pick(FIRST_NAMES)}-${random.pick(LAST_NAMES)}`;
  const number = next(counts, person);
  return number === 1 ? person : `${person}-${number}`;
}

function numbered(counts: Map<string, number>, prefix: string, site: string): string {
  return `${prefix}${String(next(counts, `${prefix}-${site}`)).padStart(2, '0')}-${site}`;
}

function plannedConnections(
  count: number,
  groups: readonly PlannedGroup[],
  roles: readonly { name: string }[],
  random: SeededRandom,
): [string, string][] {
  const possible = groups.length * roles.length + (groups.length * (groups.length - 1)) / 2;
  if (count > possible)
    throw new RangeError(`${groups.length} groups and ${roles.length} roles can be connected ${possible} times`);
  const made = new Map<string, [string, string]>();
  const connect = (a: string, b: string) => {
    const pair: [string, string] = a < b ? [a, b] : [b, a];
    if (a !== b && made.size < count) made.set(pair.join('\n'), pair);
  };
  for (const laptops of groups.filter(({ kind }) => kind.prefix === null)) {
    for (const { name, kind, site } of groups) {
      if (site === laptops.site && kind.prefix !== null && kind.weight < 4)
        connect(`group ${laptops.name}`, `group ${name}`);
    }
  }
  // Whatever else came about in the years.
  while (made.size < count) {
    const one = random.pick(groups).name;
    const other = random.pick([
      ...(roles.length > 0 ? [`role ${random.pick(roles).name}`] : []),
      `group ${random.pick(groups).name}`,
    ]);
    connect(`group ${one}`, other);
  }
  return [...made.values()];
}

function shuffled<Item>(items: Item[], random: SeededRandom): Item[] {
  const order = items.map((item) => ({ item, at: random.fraction() }));
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

function next(counts: Map<string, number>, key: string): number {
  const number = (counts.get(key) ?? 0) + 1;
  counts.set(key, number);
  return number;
}
