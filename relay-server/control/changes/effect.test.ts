import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { evaluate, type Policy } from '#protocol/policy.ts';
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { SubscriptionDirectory } from '../subscription-directory.ts';
import { concernedBy, effectOf } from './effect.ts';
import { type Plan, plan } from './plan.ts';
import { change, directoryOf, groupId, machineId, making, roleId, type Said, said } from './policy.fixture.ts';
import { putPlan } from './put-plan.ts';

/** Every pair that may talk, by ids in order. */
function allowedPairs(policy: Policy): Set<string> {
  const ids = [...policy.machines.keys()].sort();
  const pairs = new Set<string>();
  for (const a of ids) for (const b of ids) if (a < b && evaluate(policy, a, b).allowed) pairs.add(`${a} ${b}`);
  return pairs;
}

/** Who has whom in `pairs` and not in `others`. */
function missing(pairs: Set<string>, others: Set<string>): Map<MachineId, Set<MachineId>> {
  const partners = new Map<MachineId, Set<MachineId>>();
  for (const pair of pairs) {
    if (others.has(pair)) continue;
    const [a, b] = pair.split(' ') as [MachineId, MachineId];
    partners.set(a, (partners.get(a) ?? new Set()).add(b));
    partners.set(b, (partners.get(b) ?? new Set()).add(a));
  }
  return partners;
}

/** The obvious way: by looking at everybody. */
function bruteForce(
  home: SubscriptionDirectory,
  gone: ReadonlyMap<MachineId, string>,
  partners: ReturnType<typeof missing>,
) {
  const nameOf = (id: MachineId) => home.machine(id)?.name ?? gone.get(id) ?? '';
  const sample = [...partners]
    .map(([id, peers]) => ({
      id,
      name: nameOf(id),
      peers: peers.size,
      peerNames: [...peers].map(nameOf).sort().slice(0, 10),
    }))
    .sort((a, b) => (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1))
    .slice(0, 20);
  const ends = [...partners.values()].reduce((sum, peers) => sum + peers.size, 0);
  return { machines: partners.size, pairs: ends / 2, sample };
}

/** Without those that are refused. */
function planWhatGoes(home: SubscriptionDirectory, changes: readonly PolicyChange[]): Plan {
  const accepted: PolicyChange[] = [];
  for (const each of changes) {
    try {
      plan(home, [...accepted, each], making());
      accepted.push(each);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return plan(home, accepted, making());
}

test('the effect is what looking at every pair before and after finds', () => {
  let changed = 0;
  fc.assert(
    fc.property(said, fc.array(change, { minLength: 1, maxLength: 8 }), (policy, changes) => {
      const { directory, home } = directoryOf(policy);
      const made = planWhatGoes(home, changes);
      const before = allowedPairs(home.policy);
      const names = new Map([...home.policy.machines].map(([id, { name }]) => [id, name]));
      const { gain, lose, sentence } = effectOf(made);
      const concerned = concernedBy(made.draft);
      putPlan(directory, home, made.draft);
      const after = allowedPairs(home.policy);
      const [gained, lost] = [missing(after, before), missing(before, after)];
      expect(gain).toEqual(bruteForce(home, names, gained));
      expect(lose).toEqual(bruteForce(home, names, lost));
      expect(concerned).toEqual(new Set([...gained.keys(), ...lost.keys()]));
      if (gain.machines + lose.machines > 0) changed++;
      else expect(sentence).toBe('Nobody gains or loses access.');
    }),
    { numRuns: 3_000 },
  );
  // Or the test looks at nothing. Of random policies it is 550, give or take 30: far enough from what is wanted.
  expect(changed, 'changes that anybody feels').toBeGreaterThan(300);
});

describe('in a subscription of 10,000 computers, 500 groups and 2,000 connections', () => {
  const large: Said = {
    computers: Array.from({ length: 9_000 }, (_, at) => ({ group: at % 400, disabled: at % 50 === 0 })),
    instances: Array.from({ length: 1_000 }, (_, at) => ({ role: at % 100, disabled: false })),
    interconnected: Array.from({ length: 500 }, (_, at) => at % 5 === 0),
    roles: 100,
    groupToGroup: Array.from({ length: 1_000 }, (_, at) => [at % 500, (at * 7 + 13) % 500] as const),
    roleToGroup: Array.from({ length: 1_000 }, (_, at) => [at % 100, (at * 3) % 500] as const),
  };
  const all = Array.from({ length: 9_000 }, (_, at) => machineId(at));

  test.each<[string, PolicyChange]>([
    ['a connection', { do: 'connect', a: { kind: 'role', id: roleId(1) }, b: { kind: 'group', id: groupId(1) } }],
    ['a group that goes', { do: 'remove-group', group: groupId(5) }],
    ['all computers in one group', { do: 'assign', machines: all, group: groupId(450) }],
    ['all computers disabled', { do: 'set-disabled', machines: all, disabled: true }],
  ])('%s is looked through at once', (_, only) => {
    const { home } = directoryOf(large);
    const started = process.cpuUsage();
    const { gain, lose, steps } = effectOf(plan(home, [only], making()));
    const { user, system } = process.cpuUsage(started);
    expect(steps).toHaveLength(1);
    expect(gain.machines + lose.machines).toBeGreaterThan(0);
    // Of processor time, at most 0.1 s; every pair would take half a minute.
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});
