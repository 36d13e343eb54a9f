import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ControlParams } from '#protocol/control-messages.ts';
import { CONTROL_METHODS } from '#protocol/control-messages.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus, PeerStatus } from '#protocol/status.ts';
import { fitting, Reporter } from './reporter.ts';

const PART = { state: 'ok', provenAt: 1, error: null, detail: '' } as const;
const peer = (number: number): PeerStatus => ({
  id: number.toString(16).padStart(32, '0') as MachineId,
  name: 'n'.repeat(63),
  ipv4: '100.64.0.1',
  ipv6: 'fd00::1',
  state: 'connected',
  provenAt: 1,
  roundTripMs: 1,
  receivedBytes: number,
  sentBytes: 0,
  grantExpiresAt: 1,
  error: null,
});
const statusWith = (peers: PeerStatus[], summary: AgentStatus['summary'] = 'connected'): AgentStatus => ({
  version: '0',
  at: 1,
  wanted: 'up',
  summary,
  machine: null,
  policyVersion: 1,
  policyRefreshedAt: 1,
  clockOffsetMs: 0,
  parts: { activation: PART, control: PART, relay: PART, adapter: PART, names: PART },
  relayRoundTripMs: null,
  peers,
});

function setUp() {
  const sent: ControlParams<'report'>[] = [];
  const state = { status: statusWith([]), online: true };
  const reporter = new Reporter({
    status: () => state.status,
    relayConnected: () => true,
    online: () => state.online,
    send: async (report) => void sent.push(CONTROL_METHODS.report.params.parse(report)),
  });
  return { reporter, sent, state };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

test('reports when connected, then every five minutes, and in between only what is new', () => {
  const { reporter, sent, state } = setUp();
  reporter.connected();
  expect(sent).toHaveLength(1);
  reporter.changed();
  vi.advanceTimersByTime(LIMITS.REPORT_EVERY_MS.value - 1);
  expect(sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sent).toHaveLength(2);
  state.status = statusWith([], 'degraded');
  for (let i = 0; i < 10; i++) reporter.changed();
  vi.advanceTimersByTime(1_000);
  expect(sent).toHaveLength(3);
  expect(sent[2]?.status?.summary).toBe('degraded');
});

test('reports every two seconds while watched, and no longer', () => {
  const { reporter, sent } = setUp();
  reporter.connected();
  reporter.watch(30);
  vi.advanceTimersByTime(30_000);
  expect(sent).toHaveLength(2 + 15);
  vi.advanceTimersByTime(60_000);
  expect(sent).toHaveLength(2 + 15);
});

test('sends nothing while offline, and has no timer once it is disposed of', () => {
  const { reporter, sent, state } = setUp();
  state.online = false;
  reporter.connected();
  reporter.changed();
  vi.advanceTimersByTime(LIMITS.REPORT_EVERY_MS.value);
  expect(sent).toEqual([]);
  reporter.changed();
  reporter[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});

test('of many peers it tells those that talk most, and never more than a message holds', () => {
  const many = fitting(statusWith(Array.from({ length: 500 }, (_, number) => peer(number))));
  expect(many.peers.map(({ receivedBytes }) => receivedBytes)).toEqual(
    Array.from({ length: LIMITS.REPORT_PEERS_MAX.value }, (_, index) => 499 - index),
  );
  const error = { code: 'INTERNAL', message: 'ä'.repeat(500), remedy: 'ö'.repeat(500) };
  const large = fitting(statusWith(Array.from({ length: 64 }, (_, number) => ({ ...peer(number), error }))));
  expect(Buffer.byteLength(JSON.stringify(large))).toBeLessThan(LIMITS.CONTROL_MESSAGE_MAX_BYTES.value - 1_000);
  expect(large.peers.length).toBeGreaterThan(10);
});
