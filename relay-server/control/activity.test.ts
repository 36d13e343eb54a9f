import { expect, test } from 'vitest';
import type { GroupId, MachineId, RoleId, SubscriptionId } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import type { PairCount } from '../relay/core.ts';
import type { MachineRecord } from '../store/records.ts';
import { activityOf } from './activity.ts';
import { PairRates } from './pair-rates.ts';
import { SubscriptionDirectory } from './subscription-directory.ts';

const subscription = 'aa'.repeat(16) as SubscriptionId;
const [staff, databases, web] = ['g1', 'g2', 'r1'] as unknown as [GroupId, GroupId, RoleId];

function machine(name: string, side: { group: GroupId | null } | { role: RoleId }): MachineRecord {
  const common = {
    id: name.padStart(32, '0') as MachineId,
    subscription,
    name: parseLabel(name),
    ipv4: name,
    ipv6: name,
    signingKey: name as MachineRecord['signingKey'],
    tunnelKey: name as MachineRecord['tunnelKey'],
    disabled: false,
    os: '',
    agentVersion: '',
    activatedAt: 0,
    lastSeenAt: null,
    version: 1,
  };
  return 'role' in side
    ? { ...common, kind: 'role-instance', ...side }
    : { ...common, kind: 'local-endpoint', ...side };
}

test('adds up pairs by the connection or the interconnected group that lets them talk', () => {
  const home = new SubscriptionDirectory({
    id: subscription,
    name: parseLabel('contoso'),
    createdAt: 0,
    policyVersion: 1,
    version: 1,
  });
  const common = { subscription, description: '', version: 1 };
  home.putGroup({ ...common, id: staff, name: 'staff', interconnected: true });
  home.putGroup({ ...common, id: databases, name: 'databases', interconnected: false });
  home.putRole({ ...common, id: web, name: 'web' });
  home.putConnection({ id: 'c1', subscription, group: databases, other: { kind: 'role', id: web }, createdAt: 0 });
  const [pc1, pc2, sql, web1] = [
    machine('pc1', { group: staff }),
    machine('pc2', { group: staff }),
    machine('sql', { group: databases }),
    machine('web1', { role: web }),
  ];
  for (const each of [pc1, pc2, sql, web1]) home.putMachine(each);
  const clock = new HandClock();
  let factor = 0;
  const pair = (from: MachineRecord, to: MachineRecord, bytes: number): PairCount => {
    return { from: from.id, to: to.id, bytes: factor * bytes, at: clock.now() };
  };
  const pairs = () => [
    pair(pc1, pc2, 100),
    pair(pc2, pc1, 10),
    pair(web1, sql, 1_000),
    // What policy no longer lets talk is in nobody's sum.
    pair(pc1, sql, 5_000),
    { ...pair(sql, sql, 1), from: 'ff'.repeat(16) as MachineId },
  ];
  const rates = new PairRates(clock, { dropMachine: () => {}, isConnected: () => true, pairs });
  activityOf(home, rates);
  clock.advance(1_000);
  factor = 1;
  expect(activityOf(home, rates)).toEqual({
    connections: [{ id: 'c1', pairs: 1, bytesPerSecond: 1_000 }],
    groups: [{ id: staff, pairs: 1, bytesPerSecond: 110 }],
  });
});
