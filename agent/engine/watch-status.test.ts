import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { LocalProgress } from '#protocol/local-api.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { StatusBoard } from './status-board.ts';
import { watchStatus } from './watch-status.ts';

let board: StatusBoard;
let clockOffsetMs: number;
let sent: LocalProgress<'watch'>[];
let taken: PromiseWithResolvers<void>;
let leave: AbortController;
let watching: Promise<void>;

function watch({ peers = true, alive = true } = {}): void {
  const signs = alive ? { alive: () => sent.push('alive') } : {};
  watching = watchStatus(
    {
      status: () => ({ at: Date.now(), parts: board.parts, clockOffsetMs }) as AgentStatus,
      onChange: (changed) => board.onChange(changed),
    },
    { progress: (status) => sent.push(status), ...signs, taken: () => taken.promise, signal: leave.signal },
    { peers },
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  [board, clockOffsetMs, sent, leave] = [new StatusBoard(), 0, [], new AbortController()];
  taken = Promise.withResolvers();
  taken.resolve();
});
afterEach(async () => {
  leave.abort();
  await watching;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const after = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const kinds = () => sent.map((word) => (word === 'alive' ? '.' : 'S')).join('');
const lastStatus = () => sent.findLast((word) => word !== 'alive');

test('a listener is told at once, then every second, and in between that the agent lives', async () => {
  watch();
  expect(kinds()).toBe('S');
  await after(499);
  expect(kinds()).toBe('S');
  await after(2_501);
  expect(kinds()).toBe('S.S.S.S');
});

test('without the sessions a status is told when it is another one, and else now and then that the agent lives', async () => {
  watch({ peers: false });
  await after(1_999);
  expect(kinds()).toBe('S');
  await after(2_001);
  expect(kinds()).toBe('S..');
  clockOffsetMs = 7;
  await after(1_000);
  expect(kinds()).toBe('S..S');
  board.failed('relay', new CausewayError('NOT_CONNECTED'));
  await after(50);
  expect(kinds()).toBe('S..SS');
  await after(1_999);
  expect(kinds()).toBe('S..SS');
  await after(1);
  expect(kinds()).toBe('S..SS.');
});

test('who wants no sign of life costs one wake a second', async () => {
  watch({ alive: false, peers: false });
  expect(vi.getTimerCount()).toBe(1);
  await after(999);
  clockOffsetMs = 7;
  expect(kinds()).toBe('S');
  await after(1);
  expect(kinds()).toBe('SS');
});

test('changes that come together are one status, soon after the first of them', async () => {
  watch();
  board.pending('control');
  await after(30);
  board.works('control', 'https://x');
  board.failed('relay', new CausewayError('NOT_CONNECTED'));
  expect(kinds()).toBe('S');
  await after(20);
  expect(kinds()).toBe('SS');
  expect(lastStatus()?.parts).toMatchObject({ control: { state: 'ok' }, relay: { state: 'failed' } });
  await after(999);
  expect(kinds()).toBe('SS.');
});

test('a part that only proves itself again is no change', async () => {
  watch();
  board.works('relay', '');
  await after(50);
  board.proven('relay');
  await after(900);
  expect(kinds()).toBe('SS.');
});

test('a listener that does not take what it got is sent nothing more, and then the status as it is', async () => {
  watch();
  taken = Promise.withResolvers();
  await after(500);
  expect(kinds()).toBe('S.');
  for (let i = 0; i < 100; i++) {
    board.pending('relay', `${i}`);
    await after(100);
  }
  expect(kinds()).toBe('S.');
  const { resolve } = taken;
  taken = Promise.withResolvers();
  taken.resolve();
  resolve();
  await after(0);
  expect(kinds()).toBe('S.S');
  expect(lastStatus()?.parts.relay.detail).toBe('99');
});

test('a listener that leaves while it has something to take ends the watch', async () => {
  watch();
  taken = Promise.withResolvers();
  await after(1_000);
  leave.abort();
  taken.resolve();
  await watching;
});
