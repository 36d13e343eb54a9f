import { expect, test } from 'vitest';
import { compare, pingsOf, type Sample, samplesOf } from './truth.ts';

/** A ping every 200 ms from second 100 on, answered after 10 ms but for those of these numbers. */
function pingOutput(count: number, lost: readonly number[], late: readonly number[] = []): string {
  return Array.from({ length: count }, (_, index) => {
    if (lost.includes(index)) return '';
    const took = late.includes(index) ? 1_500 : 10;
    const at = (100_000 + index * 200 + took) / 1_000;
    return `[${at.toFixed(6)}] 64 bytes from 100.64.0.2: icmp_seq=${index + 1} ttl=64 time=${took.toFixed(1)} ms\n`;
  }).join('');
}

function shown(text: Record<number, string>, until: number): Sample[] {
  let icon = 'connected';
  return Array.from({ length: until / 100 }, (_, index) => {
    icon = text[index * 100] ?? icon;
    return { at: 100_000 + index * 100, icon, says: '' };
  });
}

const WHOLE = { from: 100_000, returnedAt: 101_000, to: 103_000 };

test('lost pings are placed between their neighbours, and late ones count as lost', () => {
  const pings = pingsOf(pingOutput(6, [2, 3], [4]));
  expect(pings.map(({ sentAt }) => Math.round(sentAt))).toEqual([100_000, 100_200, 100_400, 100_600, 100_800, 101_000]);
  expect(pings.map(({ answeredAt }) => answeredAt !== null)).toEqual([true, true, false, false, false, true]);
});

test('an icon that never lies and comes back in time', () => {
  const pings = pingsOf(pingOutput(15, [1, 2, 3, 4, 5]));
  const samples = shown({ 200: 'connecting', 1300: 'connected' }, 3_000);
  expect(compare(samples, pings, WHOLE)).toEqual({
    shownAfterMs: 300,
    answeredAfterMs: 210,
    untrueSamples: 0,
    untrueMs: 0,
    lostPings: 5,
  });
});

test('an icon that lies is found out, and for how long', () => {
  const pings = pingsOf(pingOutput(15, [1, 2, 3, 4, 5]));
  const samples = shown({ 600: 'degraded', 1100: 'connected' }, 3_000);
  expect(compare(samples, pings, WHOLE)).toMatchObject({ untrueSamples: 4, untrueMs: 300, shownAfterMs: 100 });
});

test('"connected" is no lie because the last ping before it was lost', () => {
  const pings = pingsOf(pingOutput(15, [1, 2, 3, 4, 5]));
  const samples = shown({ 200: 'connecting', 1100: 'connected' }, 3_000);
  expect(compare(samples, pings, WHOLE)).toMatchObject({ untrueSamples: 0, untrueMs: 0, shownAfterMs: 100 });
});

test('while nobody took samples, nothing was shown', () => {
  const pings = pingsOf(pingOutput(50, [1, 2, 3, 4, 5, ...Array.from({ length: 40 }, (_, index) => index + 6)]));
  const samples = shown({ 8700: 'connecting', 9300: 'connected' }, 10_000).filter(
    ({ at }) => at < 100_300 || at > 108_500,
  );
  const verdict = compare(samples, pings, { from: 100_000, returnedAt: 109_000, to: 110_000 });
  expect(verdict).toMatchObject({ untrueSamples: 2, untrueMs: 0 });
});

test('nothing happened: nothing is wrong', () => {
  expect(compare(shown({}, 3_000), pingsOf(pingOutput(15, [])), WHOLE)).toEqual({
    shownAfterMs: 0,
    answeredAfterMs: 0,
    untrueSamples: 0,
    untrueMs: 0,
    lostPings: 0,
  });
});

test('a line that is not whole yet is left out', () => {
  expect(samplesOf('{"at":1,"icon":"off","says":""}\n{"at":2,"ic')).toHaveLength(1);
});
