import { describe, expect, test } from 'vitest';
import type { ServerMessage } from '#protocol/control-messages.ts';
import type { GroupId, MachineId, SubscriptionId } from '#protocol/ids.ts';
import { parseLabel } from '#protocol/names.ts';
import type { Clock } from '../clock.ts';
import type { GroupRecord, MachineRecord } from '../store/records.ts';
import { Counters } from './counters.ts';
import { Directory } from './directory.ts';
import { LiveGrants } from './live-grants.ts';
import { Notices } from './notices.ts';
import { Presence } from './presence.ts';

const subscription = 'aa'.repeat(16) as SubscriptionId;
const group: GroupRecord = {
  id: 'bb'.repeat(16) as GroupId,
  subscription,
  name: 'office',
  description: '',
  interconnected: true,
  version: 1,
};
const HOUR_MS = 3_600_000;

/** Machines m0, m1 … of one interconnected group, all online, on a clock that only the test moves. */
function scene(count: number) {
  let now = 1_000_000;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const advance = (ms: number) => {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
  };
  const machines = Array.from({ length: count }, (_, i): MachineRecord => {
    const id = i.toString(16).padStart(32, '0') as MachineId;
    const text = { name: parseLabel(`m${i}`), ipv4: `100.64.1.${i}`, ipv6: `fd00::${i}`, os: '', agentVersion: '' };
    const keys = { signingKey: `s${i}`, tunnelKey: `t${i}` } as Pick<MachineRecord, 'signingKey' | 'tunnelKey'>;
    const times = { activatedAt: 0, lastSeenAt: null, version: 1 };
    return { id, subscription, ...text, ...keys, ...times, disabled: false, kind: 'local-endpoint', group: group.id };
  });
  const record = { id: subscription, name: parseLabel('contoso'), createdAt: 0, policyVersion: 1, version: 1 };
  const locks = { steps: [], certificates: [] };
  const directory = new Directory({
    subscriptions: [record],
    groups: [group],
    roles: [],
    machines,
    connections: [],
    locks,
  });
  const home = directory.find('contoso');
  const presence = new Presence();
  const sent = new Map<MachineId, ServerMessage[]>();
  for (const { id } of machines) {
    const messages: ServerMessage[] = [];
    sent.set(id, messages);
    presence.arrive(id, { address: '', send: (message) => messages.push(message), close: () => {} });
  }
  const grants = new LiveGrants();
  const counters = new Counters();
  const relay = { dropMachine: () => {}, pairs: () => [], isConnected: () => false };
  const notices = new Notices({ clock, grants, presence, relay, counters });
  const ids = machines.map(({ id }) => id) as [MachineId, MachineId, MachineId, ...MachineId[]];
  const to = (id: MachineId) => sent.get(id) ?? [];
  return { home, grants, notices, counters, ids, to, advance };
}

describe('revoked', () => {
  test('is sent at once, to both ends of exactly the pairs that lost their grant', () => {
    const { home, grants, notices, counters, ids, to } = scene(4);
    const [a, b, c, d] = ids;
    grants.add(a, b, 1_000_000 + HOUR_MS);
    grants.add(a, c, 1_000_000 + HOUR_MS);
    // Expired: nobody lives by it.
    grants.add(b, c, 1_000_000);
    home.putGroup({ ...group, interconnected: false });
    notices.recheck(home, ids, 'why');
    const revoked = (peers: MachineId[]) => [{ type: 'event', event: 'revoked', peers, reason: 'why' }];
    expect(to(a)).toEqual(revoked([b, c]));
    expect(to(b)).toEqual(revoked([a]));
    expect(to(c)).toEqual(revoked([a]));
    expect(to(d as MachineId)).toEqual([]);
    expect(counters.revocations).toBe(2);
    notices.recheck(home, ids, 'again');
    expect(to(a)).toHaveLength(1);
  });

  test('is not sent while policy still allows', () => {
    const { home, grants, notices, ids, to } = scene(3);
    grants.add(ids[0], ids[1], 1_000_000 + HOUR_MS);
    notices.recheck(home, ids, 'why');
    expect(to(ids[0])).toEqual([]);
    expect(grants.of(ids[0], 1_000_000)).toEqual([ids[1]]);
  });
});

describe('policy-changed', () => {
  test('tells of many changes once, with the last version', () => {
    const { home, notices, ids, to, advance } = scene(3);
    for (let version = 2; version < 12; version++) {
      home.record = { ...home.record, policyVersion: version };
      notices.policyChanged(home);
    }
    expect(to(ids[2])).toEqual([]);
    advance(50);
    expect(to(ids[2])).toEqual([{ type: 'event', event: 'policy-changed', policyVersion: 11 }]);
    advance(HOUR_MS);
    expect(to(ids[2])).toHaveLength(1);
  });

  test('comes the more seldom the more machines there are, but comes', () => {
    const { home, notices, ids, to, advance } = scene(200);
    let told = 0;
    for (let step = 0; step < 20; step++) {
      notices.policyChanged(home);
      advance(50);
      told = to(ids[0]).length;
    }
    expect(told).toBe(5);
    advance(200);
    expect(to(ids[0])).toHaveLength(6);
  });

  test('comes soon to those whom a change concerns, to all others in their time, and not twice', () => {
    const { home, notices, ids, to, advance } = scene(1_000);
    const [concerned, other] = ids;
    const told = () => [to(concerned).length, to(other).length];
    const change = () => {
      home.record = { ...home.record, policyVersion: home.record.policyVersion + 1 };
      notices.policyChanged(home, [concerned]);
    };
    change();
    advance(0);
    expect(told()).toEqual([1, 0]);
    for (let step = 0; step < 60; step++) advance(1);
    expect(told()).toEqual([1, 1]);
    change();
    advance(0);
    change();
    expect(told()).toEqual([2, 1]);
    advance(49);
    expect(told()).toEqual([2, 1]);
    advance(1);
    expect(told()).toEqual([3, 1]);
    advance(HOUR_MS);
    expect(told()).toEqual([3, 2]);
    for (let step = 0; step < 10; step++) advance(1);
    expect(to(ids.at(-1) as MachineId)).toHaveLength(2);
  });

  test('is not sent of a subscription that is forgotten', () => {
    const { home, notices, ids, to, advance } = scene(2);
    notices.policyChanged(home);
    notices.forget(home.id);
    advance(HOUR_MS);
    expect(to(ids[0])).toEqual([]);
  });
});

test('expired grants are swept away', () => {
  const { grants, ids } = scene(3);
  grants.add(ids[0], ids[1], 10);
  grants.add(ids[0], ids[2], 30);
  grants.add(ids[1], ids[0], 5);
  expect(grants.size).toBe(2);
  grants.sweep(20);
  expect(grants.size).toBe(1);
  expect(grants.of(ids[0], 20)).toEqual([ids[2]]);
});
