/**
 * Who gains and who loses whom by a plan: exact, and without looking at every pair.
 */
import type { MachineId } from '#protocol/ids.ts';
import type { Effect } from '#protocol/rest/changes.ts';
import type { MachineRecord } from '../../store/records.ts';
import type { Draft, SideId } from './draft.ts';
import { type MachineClass, MachineClasses } from './machine-classes.ts';
import type { Plan } from './plan.ts';

const SAMPLE_MACHINES = 20;
const SAMPLE_PEERS = 10;

type Affected = Effect['gain'];
/** For each class that gains (or loses) somebody, the classes that it gains. It may be among them itself. */
type Partners = Map<MachineClass, MachineClass[]>;

export function effectOf(plan: Plan): Effect {
  const { draft } = plan;
  const [gained, lost]: [Partners, Partners] = [new Map(), new Map()];
  for (const { a, b, before, after } of candidates(draft)) {
    if (before === after) continue;
    const partners = after ? gained : lost;
    listIn(partners, a).push(b);
    if (a !== b) listIn(partners, b).push(a);
  }
  const [gain, lose] = [affected(gained), affected(lost)];
  return {
    gain,
    lose,
    sentence: sentenceOf(gain.machines, lose.machines),
    steps: plan.steps.map((step) => step.sentence),
    undoable: plan.whyNot === null,
    whyNot: plan.whyNot,
    policyVersion: draft.home.record.policyVersion,
  };
}

/** Machines that gain or lose somebody. */
export function concernedBy(draft: Draft): Set<MachineId> {
  const classes = new Set<MachineClass>();
  for (const { a, b, before, after } of candidates(draft)) {
    // A class without anybody, or a class of one with itself, is no pair.
    if (before === after || a.size === 0 || b.size === 0 || (a === b && a.size === 1)) continue;
    classes.add(a).add(b);
  }
  const concerned = new Set<MachineId>();
  for (const one of classes) for (const { id } of one.members()) concerned.add(id);
  return concerned;
}

/** Two classes, and whether their machines may talk. */
interface Pair {
  readonly a: MachineClass;
  readonly b: MachineClass;
  readonly before: boolean;
  readonly after: boolean;
}

/** Pairs of classes between which something may have changed, each once. */
function* candidates(draft: Draft): Generator<Pair> {
  const classes = new MachineClasses(draft);
  for (const { a, b, after } of changedLinks(draft)) {
    yield { a: classes.still(a), b: classes.still(b), before: !after, after };
  }
  const done = new Set<MachineClass>();
  for (const one of classes.changed) {
    const before = one.before === null ? NONE : draft.home.reachableSides({ id: one.before });
    const after = one.after === null ? NONE : draft.reachableSides(one.after);
    const others = new Set<MachineClass>();
    for (const side of before) for (const other of classes.before(side)) others.add(other);
    for (const side of after) for (const other of classes.after(side)) others.add(other);
    for (const other of others) {
      if (done.has(other)) continue;
      const [was, is] = [other.before, other.after];
      yield { a: one, b: other, before: was !== null && before.has(was), after: is !== null && after.has(is) };
    }
    done.add(one);
  }
}

const NONE: ReadonlySet<SideId> = new Set();

/** Sides that are connected, or interconnected, before and not after, or the other way round. */
function* changedLinks(draft: Draft): Generator<{ readonly a: SideId; readonly b: SideId; readonly after: boolean }> {
  for (const { before, after } of draft.connectionChanges()) {
    const connection = before ?? after;
    if (connection !== undefined && (before === undefined) !== (after === undefined)) {
      yield { a: connection.group, b: connection.other.id, after: after !== undefined };
    }
  }
  for (const { before, after } of draft.groups.changes()) {
    const id = (before ?? after)?.id;
    const is = after?.interconnected === true;
    if (id !== undefined && (before?.interconnected === true) !== is) yield { a: id, b: id, after: is };
  }
}

function affected(partners: Partners): Affected {
  let [machines, ends] = [0, 0];
  const sample = new FirstByName<Sampled>(SAMPLE_MACHINES);
  for (const [of, others] of partners) {
    // Nobody is a peer of itself.
    const peers = others.reduce((sum, other) => sum + other.size, 0) - (others.includes(of) ? 1 : 0);
    if (peers <= 0 || of.size === 0) continue;
    machines += of.size;
    ends += of.size * peers;
    for (const { id, name } of of.members()) if (!sample.offer({ id, name, of, peers })) break;
  }
  const firstPeers = new Map<MachineClass, readonly Named[]>();
  return {
    machines,
    pairs: ends / 2,
    sample: sample.items.map(({ id, name, of, peers }) => {
      const known = firstPeers.get(of) ?? firstOf(partners.get(of) ?? []);
      firstPeers.set(of, known);
      const others = known.filter((other) => other.id !== id).slice(0, SAMPLE_PEERS);
      return { id, name, peers, peerNames: others.map((other) => other.name) };
    }),
  };
}

type Named = Pick<MachineRecord, 'id' | 'name'>;
type Sampled = Named & { readonly of: MachineClass; readonly peers: number };

/** One more than are shown: a machine is not told of itself. */
function firstOf(classes: readonly MachineClass[]): readonly Named[] {
  const first = new FirstByName<Named>(SAMPLE_PEERS + 1);
  for (const each of classes) for (const machine of each.members()) if (!first.offer(machine)) break;
  return first.items;
}

/** Keeps the first few of what it is offered, by name. */
class FirstByName<Item extends Named> {
  readonly #count: number;
  readonly items: Item[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** @returns false when what comes after this one by name would not be kept either. */
  offer(item: Item): boolean {
    const at = this.items.findIndex((kept) => byName(item, kept) < 0);
    if (at < 0 && this.items.length === this.#count) return false;
    this.items.splice(at < 0 ? this.items.length : at, 0, item);
    if (this.items.length > this.#count) this.items.pop();
    return true;
  }
}

/** One that was removed and one that got its name can both be there. */
function byName(a: Named, b: Named): number {
  if (a.name === b.name) return a.id < b.id ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

function sentenceOf(gain: number, lose: number): string {
  const many = (count: number) => `${count} ${count === 1 ? 'machine' : 'machines'}`;
  if (gain === 0 && lose === 0) return 'Nobody gains or loses access.';
  if (lose === 0) return `${many(gain)} ${gain === 1 ? 'gains' : 'gain'} access, nobody loses it.`;
  if (gain === 0) return `Nobody gains access, ${many(lose)} ${lose === 1 ? 'loses' : 'lose'} it.`;
  return `${many(gain)} ${gain === 1 ? 'gains' : 'gain'} access, ${lose} ${lose === 1 ? 'loses' : 'lose'} it.`;
}

function listIn(partners: Partners, one: MachineClass): MachineClass[] {
  let list = partners.get(one);
  if (list === undefined) {
    list = [];
    partners.set(one, list);
  }
  return list;
}
