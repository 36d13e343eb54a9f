import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { StatusBoard } from './status-board.ts';
import { watchStatus } from './watch-status.ts';

let board: StatusBoard;
let sent: AgentStatus['parts'][];
let taken: PromiseWithResolvers<void>;
let leave: AbortController;
let watching: Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  [board, sent, leave] = [new StatusBoard(), [], new AbortController()];
  taken = Promise.withResolvers();
  taken.resolve();
  watching = watchStatus(
    { status: () => ({ parts: board.parts }) as AgentStatus, onChange: (changed) => board.onChange(changed) },
    { progress: ({ parts }) => sent.push(parts), taken: () => taken.promise, signal: leave.signal },
  );
});
afterEach(async () => {
  leave.abort();
  await watching;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const after = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test('a listener is told at once, and then every second', async () => {
  expect(sent).toHaveLength(1);
  await after(999);
  expect(sent).toHaveLength(1);
  await after(2_001);
  expect(sent).toHaveLength(4);
});

test('changes that come together are one status, soon after the first of them', async () => {
  board.pending('control');
  await after(30);
  board.works('control', 'https://x');
  board.failed('relay', new CausewayError('NOT_CONNECTED'));
  expect(sent).toHaveLength(1);
  await after(20);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toMatchObject({ control: { state: 'ok' }, relay: { state: 'failed' } });
  await after(999);
  expect(sent).toHaveLength(2);
});

test('a part that only proves itself again is no change', async () => {
  board.works('relay', '');
  await after(50);
  board.proven('relay');
  await after(900);
  expect(sent).toHaveLength(2);
});

test('a listener that does not take what it got is sent nothing more, and then the status as it is', async () => {
  taken = Promise.withResolvers();
  await after(1_000);
  expect(sent).toHaveLength(2);
  for (let i = 0; i < 100; i++) {
    board.pending('relay', `${i}`);
    await after(100);
  }
  expect(sent).toHaveLength(2);
  const { resolve } = taken;
  taken = Promise.withResolvers();
  taken.resolve();
  resolve();
  await after(0);
  expect(sent).toHaveLength(3);
  expect(sent[2]?.relay.detail).toBe('99');
});

test('a listener that leaves while it has something to take ends the watch', async () => {
  taken = Promise.withResolvers();
  await after(1_000);
  leave.abort();
  taken.resolve();
  await watching;
});
