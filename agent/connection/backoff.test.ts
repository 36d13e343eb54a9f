import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { Backoff } from './backoff.ts';

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** When each of so many agents, that lost the server at 0, tries after it is back. */
function arrivals(agents: number, backAtMs: number): number[] {
  return Array.from({ length: agents }, (_, agent) => {
    const backoff = new Backoff(seeded(agent * 7_919 + 1));
    let at = 0;
    while (at < backAtMs) at += backoff.next();
    return at - backAtMs;
  });
}

test.each([20_000, 60_000, 600_000])('a thousand agents are no stampede after an outage of %i ms', (outageMs) => {
  const times = arrivals(1_000, outageMs);
  const perTenth = new Map<number, number>();
  for (const at of times) perTenth.set(Math.floor(at / 100), (perTenth.get(Math.floor(at / 100)) ?? 0) + 1);
  // Evenly over the longest wait it would be 1 in 150 a tenth of a second; the average wait is half of that.
  expect(Math.max(...perTenth.values())).toBeLessThan(40);
  expect(Math.max(...times)).toBeLessThanOrEqual(LIMITS.RECONNECT_MAX_MS.value);
});

test('the first attempt is soon, and the wait grows to its bound', () => {
  const backoff = new Backoff(() => 0.999_999);
  const waits = Array.from({ length: 10 }, () => backoff.next());
  expect(waits[0]).toBeLessThanOrEqual(LIMITS.RECONNECT_MIN_MS.value);
  expect(waits.at(-1)).toBe(LIMITS.RECONNECT_MAX_MS.value);
  expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
});
