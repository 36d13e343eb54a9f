import { expect, test } from 'vitest';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import type { PairCount } from '../relay/core.ts';
import { PairRates } from './pair-rates.ts';

const contoso = 'aa'.repeat(16) as SubscriptionId;
const [a, b] = ['01'.repeat(16), '02'.repeat(16)] as [MachineId, MachineId];

function setUp() {
  const clock = new HandClock();
  let counts: PairCount[] = [];
  let asked = 0;
  const relay = {
    dropMachine: () => {},
    isConnected: () => true,
    pairs: () => {
      asked++;
      return counts;
    },
  };
  const count = (bytes: number, at = clock.now()) => {
    counts = [{ from: a, to: b, bytes, at }];
  };
  return { clock, rates: new PairRates(clock, relay), count, asked: () => asked };
}

test('rates come from two counts; before the second they are zero', () => {
  const { clock, rates, count } = setUp();
  count(5_000);
  expect(rates.between(contoso, a, b)).toBe(0);
  clock.advance(2_000);
  count(25_000);
  expect(rates.between(contoso, a, b)).toBe(10_000);
  expect([...rates.of(contoso)]).toEqual([{ from: a, to: b, bytesPerSecond: 10_000 }]);
  expect(rates.between(contoso, b, a)).toBeUndefined();
});

test('a destination that connected anew has counted from zero', () => {
  const { clock, rates, count } = setUp();
  count(5_000);
  rates.of(contoso);
  clock.advance(1_000);
  count(300);
  expect(rates.between(contoso, a, b)).toBe(300);
});

test('counts at most once a second, and forgets when nobody asks', () => {
  const { clock, rates, count, asked } = setUp();
  count(1);
  for (let i = 0; i < 10; i++) rates.of(contoso);
  expect(asked()).toBe(1);
  clock.advance(2 * LIMITS.PAIRS_FRESH_MS.value);
  expect(clock.pending).toBe(0);
  count(1_000);
  expect(rates.between(contoso, a, b)).toBe(0);
});

test('a pair that was silent for a minute has no rate', () => {
  const { clock, rates, count } = setUp();
  clock.advance(LIMITS.PAIRS_FRESH_MS.value);
  count(1_000, clock.now() - LIMITS.PAIRS_FRESH_MS.value - 1);
  expect(rates.between(contoso, a, b)).toBeUndefined();
});
