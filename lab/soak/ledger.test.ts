import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anyOf, everybody } from './attribution.ts';
import { Ledger } from './ledger.ts';

const START = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

function struck(ledger: Ledger, fromMs: number, toMs: number, concerns = anyOf(['a'])): void {
  vi.setSystemTime(START + fromMs);
  ledger.fault('cable out', concerns).to = START + toMs;
}

const leak = (sinceMs: number, atMs: number) =>
  ({ event: 'leak', peer: 'b', what: 'a datagram', since: START + sinceMs, at: START + atMs }) as const;

test('what comes through long after it was denied is a leak', () => {
  const ledger = new Ledger();
  ledger.heard('a', leak(0, 3_000));
  expect(ledger.leaks).toEqual([expect.stringContaining('a got a datagram of b, 3000 ms after it was denied')]);
});

test('a machine that could not be told since is no leak’s, for as long as that', () => {
  const ledger = new Ledger();
  struck(ledger, 500, 8_000);
  ledger.heard('a', leak(0, 9_000));
  expect(ledger.leaks).toEqual([]);
  expect(ledger.untold).toBe(1);
  ledger.heard('a', leak(0, 20_000));
  expect(ledger.leaks).toHaveLength(1);
});

test.for([
  ['struck others', anyOf(['c']), 500],
  ['was over before', everybody, -5_000],
] as const)('a fault that %s excuses nothing', ([, concerns, from]) => {
  const ledger = new Ledger();
  struck(ledger, from, from + 4_000, concerns);
  ledger.heard('a', leak(0, 3_000));
  expect(ledger.leaks).toHaveLength(1);
});

test('nothing excuses what was never allowed', () => {
  const ledger = new Ledger();
  struck(ledger, -1_000, 8_000, everybody);
  ledger.heard('a', { event: 'leak', peer: 'b', what: 'a datagram', since: 0, at: START + 3_000 });
  expect(ledger.leaks).toEqual([expect.stringContaining('never allowed')]);
});

test('a recovery counts from the end of the last fault that was in the way', () => {
  const ledger = new Ledger();
  ledger.begin();
  struck(ledger, 1_000, 9_000);
  struck(ledger, 2_000, 2_500, everybody);
  ledger.heard('a', { event: 'gap', peer: 'b', from: START + 1_000, to: START + 9_700 });
  expect(ledger.recoveries()).toEqual([{ kind: 'cable out', count: 2, after: [700], explained: 1 }]);
});
