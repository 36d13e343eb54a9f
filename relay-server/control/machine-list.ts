/**
 * Which machines a query finds, a page at a time. A page goes on after the last machine of the one
 * before by what that was sorted by, so that machines that come and go meanwhile shift nothing.
 */
import type { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import type { machineQuery } from '#protocol/rest/machines.ts';
import type { MachineRecord } from '../store/records.ts';
import type { MachineOrders, Sort, SortValue } from './machine-orders.ts';
import type { Presence } from './presence.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

export type MachineQuery = z.infer<typeof machineQuery>;

/** As a group in a filter: computers that are in no group. */
const NO_GROUP = 'none';

export interface FoundMachines {
  readonly items: readonly MachineRecord[];
  readonly next: string | null;
  /** However many pages they fill. */
  readonly total: number;
}

/** @throws CausewayError NOT_FOUND of a group or role, REQUEST_MALFORMED of `after` */
export function findMachines(
  orders: MachineOrders,
  presence: Presence,
  home: SubscriptionDirectory,
  query: MachineQuery,
): FoundMachines {
  const wanted = [...filters(home, presence, query)];
  const { sort } = query;
  const after = query.after === undefined ? undefined : parseCursor(query.after);
  const sign = query.order === 'ascending' ? 1 : -1;
  const isAfter = (machine: MachineRecord): boolean => {
    if (after === undefined) return true;
    // Names are in the order of their code points, as they are kept.
    const byValue = sort === 'name' ? 0 : orders.compare(orders.valueOf(home, sort, machine), after.value);
    return (byValue || compareNames(machine.name, after.name)) * sign > 0;
  };
  const items: MachineRecord[] = [];
  let total = 0;
  let more = false;
  for (const machine of inOrder(orders, home, sort, sign)) {
    if (!wanted.every((filter) => filter(machine))) continue;
    total++;
    if (more || (items.length === 0 && !isAfter(machine))) continue;
    if (items.length < query.limit) items.push(machine);
    else more = true;
  }
  const last = items.at(-1);
  const next = more && last !== undefined ? cursorOf(orders.valueOf(home, sort, last), last.name) : null;
  return { items, next, total };
}

function inOrder(
  orders: MachineOrders,
  home: SubscriptionDirectory,
  sort: Sort,
  sign: number,
): Iterable<MachineRecord> {
  const ascending = orders.sorted(home, sort);
  return sign > 0 ? ascending : [...ascending].reverse();
}

type Filter = (machine: MachineRecord) => boolean;

/** The cheap ones first. */
function* filters(home: SubscriptionDirectory, presence: Presence, query: MachineQuery): Generator<Filter> {
  const { kind, state } = query;
  if (kind !== undefined) yield (machine) => machine.kind === kind;
  if (query.group === NO_GROUP) yield (machine) => machine.kind === 'local-endpoint' && machine.group === null;
  else if (query.group !== undefined) {
    const { id } = home.groups.find(query.group);
    yield (machine) => machine.kind === 'local-endpoint' && machine.group === id;
  }
  if (query.role !== undefined) {
    const { id } = home.roles.find(query.role);
    yield (machine) => machine.kind === 'role-instance' && machine.role === id;
  }
  if (state === 'disabled') yield (machine) => machine.disabled;
  else if (state !== undefined) {
    yield (machine) => !machine.disabled && presence.isOnline(machine.id) === (state === 'online');
  }
  const search = query.search?.trim().toLowerCase() ?? '';
  if (search !== '') yield containing(home, search);
}

/** Texts that thousands of machines share are looked at once. */
function containing(home: SubscriptionDirectory, search: string): Filter {
  const known = new Map<string, boolean>();
  const inText = (text: string): boolean => {
    let found = known.get(text);
    if (found === undefined) {
      found = text.toLowerCase().includes(search);
      known.set(text, found);
    }
    return found;
  };
  return (machine) =>
    machine.name.includes(search) ||
    machine.ipv4.includes(search) ||
    machine.ipv6.includes(search) ||
    inText(machine.os) ||
    inText(machine.agentVersion) ||
    inText(home.sideOf(machine)?.name ?? '');
}

/** Opaque to clients: a name, which holds no space, and if it is not by name that they are sorted, the value. */
function cursorOf(value: SortValue, name: string): string {
  if (value === name) return name;
  return typeof value === 'number' ? `${name} n${value}` : `${name} s${value}`;
}

/** @throws CausewayError REQUEST_MALFORMED */
function parseCursor(text: string): { value: SortValue; name: string } {
  const [, name, kind, value = ''] = /^(\S+)(?: ([ns])(.*))?$/s.exec(text) ?? [];
  if (name === undefined || (kind === 'n' && !Number.isFinite(Number(value)))) {
    throw new CausewayError('REQUEST_MALFORMED', { issue: 'querystring/after: not what `next` of a page said' });
  }
  if (kind === undefined) return { value: name.toLowerCase(), name: name.toLowerCase() };
  return { value: kind === 'n' ? Number(value) : value, name };
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
