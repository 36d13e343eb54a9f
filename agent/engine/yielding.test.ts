import { expect, test } from 'vitest';
import { yieldingEvery } from './yielding.ts';

test('work that brings itself about again lets the event loop turn every so many times', async () => {
  let [left, turns] = [100, 0];
  const workInTurn = [0];
  const again = yieldingEvery(4, () => {
    workInTurn[turns] = (workInTurn[turns] ?? 0) + 1;
    // As a stream says that it has drained.
    if (--left > 0) process.nextTick(again);
  });
  again();
  while (left > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    turns++;
  }
  expect(workInTurn.reduce((sum, some) => sum + some)).toBe(100);
  expect(Math.max(...workInTurn)).toBeLessThanOrEqual(4);
  expect(turns).toBeGreaterThanOrEqual(100 / 4);
});

test('what is done once is done at once', () => {
  let done = 0;
  yieldingEvery(4, () => done++)();
  expect(done).toBe(1);
});
