import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { DownloadPace } from './pace.ts';

const PIECE = LIMITS.DOWNLOAD_PIECE_BYTES.value;
const RATE = LIMITS.DOWNLOAD_BYTES_PER_SECOND_BESIDE.value;

/** A second of downloads by so many, beside a relay that forwards so much a second. @returns bytes sent */
function secondOf(downloads: number, forwardedPerMs: number): { sent: number[]; total: number } {
  let now = 0;
  let forwarded = 0;
  const pace = new DownloadPace({ forwarded: () => forwarded, now: () => now });
  // The first look needs something to look back on.
  for (; now < 500; now++) forwarded += forwardedPerMs;
  const due = Array.from({ length: downloads }, () => now + pace.delayOf(PIECE));
  const sent = due.map(() => 0);
  for (const end = now + 1000; now < end; now++) {
    forwarded += forwardedPerMs;
    for (const [index, at] of due.entries()) {
      if (at > now) continue;
      sent[index] = (sent[index] ?? 0) + PIECE;
      due[index] = now + Math.max(1, pace.delayOf(PIECE));
    }
  }
  return { sent, total: sent.reduce((sum, bytes) => sum + bytes, 0) };
}

test('beside a relay that forwards, all downloads together keep to the rate, however many they are', () => {
  for (const downloads of [1, 20, 200]) {
    expect(secondOf(downloads, 10_000).total).toBeLessThanOrEqual(RATE * 1.02 + PIECE * downloads);
    expect(secondOf(downloads, 10_000).total).toBeGreaterThan(RATE * 0.9);
  }
});

test('they take turns', () => {
  const { sent } = secondOf(16, 10_000);
  expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(PIECE);
});

test('beside one that does not, or hardly, nothing is held up', () => {
  expect(secondOf(4, 0).total).toBe(4 * 1000 * PIECE);
  expect(secondOf(4, 500).total).toBe(4 * 1000 * PIECE);
});
