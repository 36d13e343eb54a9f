/**
 * Who gains and who loses whom by a plan: exact, and without looking at every pair.
 */
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
  for (const [a, b] of candidates(draft)) {
    const before = linkedBefore(draft, a.before, b.before);
    const after = linkedAfter(draft, a.after, b.after);
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

/** Pairs of classes between which something may have changed, each once. */
function* candidates(draft: Draft): Generator<readonly [MachineClass, MachineClass]> {
  const classes = new MachineClasses(draft);
  for (const [a, b] of changedLinks(draft)) yield [classes.still(a), classes.still(b)];
  const done = new Set<MachineClass>();
  for (const one of classes.changed) {
    const others = new Set<MachineClass>();
    for (const side of one.before === null ? [] : draft.home.reachableSides({ id: one.before })) {
      for (const other of classes.before(side)) others.add(other);
    }
    for (const side of one.after === null ? [] : draft.reachableSides(one.after)) {
      for (const other of classes.after(side)) others.add(other);
    }
    for (const other of others) if (!done.has(other)) yield [one, other];
    done.add(one);
  }
}

/** Sides that are connected, or interconnected, before and not after, or the other way round. */
function* changedLinks(draft: Draft): Generator<readonly [SideId, SideId]> {
  for (const { before, after } of draft.connectionChanges()) {
    const connection = before ?? after;
    if (connection !== undefined && (before === undefined) !== (after === undefined)) {
      yield [connection.group, connection.other.id];
    }
  }
  for (const { before, after } of draft.groups.changes()) {
    const group = before ?? after;
    if (group !== undefined && Boolean(before?.interconnected) !== Boolean(after?.interconnected)) {
      yield [group.id, group.id];
    }
  }
}

function linkedBefore({ home }: Draft, a: SideId | null, b: SideId | null): boolean {
  if (a === null || b === null) return false;
  return a === b ? home.reachableSides({ id: a }).has(a) : home.connectionBetween(a, b) !== undefined;
}

function linkedAfter(draft: Draft, a: SideId | null, b: SideId | null): boolean {
  if (a === null || b === null) return false;
  return a === b ? draft.reachableSides(a).has(a) : draft.connectionBetween(a, b) !== undefined;
}

function affected(partners: Partners): Affected {
  let [machines, ends] = [0, 0];
  const first: { machine: MachineRecord; of: MachineClass; peers: number }[] = [];
  for (const [one, others] of partners) {
    // Nobody is a peer of itself.
    const peers = others.reduce((sum, other) => sum + other.size, 0) - (others.includes(one) ? 1 : 0);
    if (peers <= 0 || one.size === 0) continue;
    machines += one.size;
    ends += one.size * peers;
    for (const machine of firstOf(one, SAMPLE_MACHINES)) first.push({ machine, of: one, peers });
  }
  const names = new Map<MachineClass, string[]>();
  const sample = first
    .sort((a, b) => (a.machine.name < b.machine.name ? -1 : 1))
    .slice(0, SAMPLE_MACHINES)
    .map(({ machine, of, peers }) => {
      const known = names.get(of) ?? firstNames(partners.get(of) ?? []);
      names.set(of, known);
      const peerNames = known.filter((name) => name !== machine.name).slice(0, SAMPLE_PEERS);
      return { id: machine.id, name: machine.name, peers, peerNames };
    });
  return { machines, pairs: ends / 2, sample };
}

/** One more than are shown: a machine is not told of itself. */
function firstNames(classes: readonly MachineClass[]): string[] {
  const names = classes.flatMap((each) => [...firstOf(each, SAMPLE_PEERS + 1)].map(({ name }) => name as string));
  return names.sort((a, b) => (a < b ? -1 : 1)).slice(0, SAMPLE_PEERS + 1);
}

function* firstOf(one: MachineClass, count: number): Generator<MachineRecord> {
  let taken = 0;
  for (const machine of one.members()) {
    if (taken++ === count) return;
    yield machine;
  }
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
