import { describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { SendWindow } from './send-window.ts';

const SESSION = 7;
const MESSAGE = 1_500;

/** A path of a fixed rate and round trip, used to the full by one sender; time goes by tenths of a millisecond. */
class Path {
  readonly window = new SendWindow();
  now = 0;
  sent = 0;
  delivered = 0;
  /** The least and the most that was under way since the last look. */
  most = 0;
  bytesPerMs: number;
  roundTripMs: number;
  readonly #inFlight: { counter: number; bytes: number; arrives: number }[] = [];
  #lineFreeAt = 0;
  #counter = 0;

  constructor(bytesPerMs: number, roundTripMs: number) {
    this.bytesPerMs = bytesPerMs;
    this.roundTripMs = roundTripMs;
  }

  run(ms: number, limit = Number.POSITIVE_INFINITY): void {
    for (const end = this.now + ms; this.now < end; this.now += 0.1) {
      while ((this.#inFlight[0]?.arrives ?? Number.POSITIVE_INFINITY) <= this.now) {
        const { counter, bytes } = this.#inFlight.shift() ?? { counter: -1, bytes: 0 };
        this.delivered += bytes;
        this.window.arrived(SESSION, counter, this.now);
      }
      for (; this.window.room(this.now) > 0 && this.#inFlight.length * MESSAGE < limit; this.sent += MESSAGE) {
        this.#lineFreeAt = Math.max(this.#lineFreeAt, this.now) + MESSAGE / this.bytesPerMs;
        const counter = this.#counter++;
        this.#inFlight.push({ counter, bytes: MESSAGE, arrives: this.#lineFreeAt + this.roundTripMs });
        this.window.sent(SESSION, counter, MESSAGE, limit === Number.POSITIVE_INFINITY, this.now);
      }
      this.most = Math.max(this.most, this.window.underWay);
    }
  }

  /** The share of the line that was used, and the queue before it at its longest, both over the next `ms`. */
  look(ms: number): { share: number; queueMs: number } {
    const before = this.delivered;
    this.most = 0;
    this.run(ms);
    const share = (this.delivered - before) / (this.bytesPerMs * ms);
    return { share, queueMs: this.most / this.bytesPerMs - this.roundTripMs };
  }
}

const MBIT = 125;

/** As a peer that answers: the window is not limited before the first answer. */
function answering(bytesPerMs: number, roundTripMs: number): Path {
  const path = new Path(bytesPerMs, roundTripMs);
  path.run(2 * roundTripMs + 2 * (MESSAGE / bytesPerMs), MESSAGE);
  return path;
}

test.each([
  ['5 Mbit/s, 20 ms', 5 * MBIT, 20],
  ['100 Mbit/s, 40 ms', 100 * MBIT, 40],
  ['1 Gbit/s, 1 ms', 1_000 * MBIT, 1],
  ['1 Gbit/s, 60 ms', 1_000 * MBIT, 60],
])('fills a line of %s, and makes no longer queue than it may', (_, bytesPerMs, roundTripMs) => {
  const path = answering(bytesPerMs, roundTripMs);
  path.run(2_000 + 20 * roundTripMs);
  const { share, queueMs } = path.look(2_000);
  expect(share).toBeGreaterThan(0.95);
  const roundTrips = 1.5 * roundTripMs + 2 * (LIMITS.WINDOW_SLACK_US.value / 1_000);
  expect(queueMs).toBeLessThan(Math.max(roundTrips, modestMs(bytesPerMs) - roundTripMs) + 10);
});

/** How long a line needs for what may be under way of a slow transfer. */
function modestMs(bytesPerMs: number): number {
  return Math.min(LIMITS.WINDOW_MODEST_MS.value, LIMITS.WINDOW_MODEST_BYTES.value / bytesPerMs);
}

test('follows a line that becomes slower, and one that becomes faster', () => {
  const path = answering(100 * MBIT, 10);
  path.run(3_000);
  path.bytesPerMs = 10 * MBIT;
  path.run(5_000);
  expect(path.look(1_000).queueMs).toBeLessThan(modestMs(10 * MBIT));
  path.bytesPerMs = 100 * MBIT;
  path.run(3_000);
  expect(path.look(1_000).share).toBeGreaterThan(0.95);
});

test('does not take its own queue for distance, however long it lasts', () => {
  const path = answering(100 * MBIT, 10);
  path.run(35_000);
  expect(path.look(2_000).queueMs).toBeLessThan(modestMs(100 * MBIT));
});

describe('a peer', () => {
  test('that never says what arrived is not limited', () => {
    const window = new SendWindow();
    for (let counter = 0; counter < 1_000; counter++) window.sent(SESSION, counter, 16_000, true, counter);
    expect(window.size(1_000)).toBe(LIMITS.WINDOW_MAX_BYTES.value);
  });

  test('may begin with little', () => {
    const window = new SendWindow();
    window.sent(SESSION, 0, 100, false, 0);
    window.arrived(SESSION, 0, 10);
    expect(window.size(11)).toBe(LIMITS.WINDOW_FIRST_BYTES.value);
  });

  test('that says nothing for long has its window given up', () => {
    const path = answering(10 * MBIT, 10);
    path.run(1_000);
    for (let counter = 1_000_000; path.window.room(path.now) > 0; counter++) {
      path.window.sent(SESSION, counter, 10_000, true, path.now);
    }
    expect(path.window.patienceMs).toBeGreaterThanOrEqual(LIMITS.WINDOW_STUCK_MS.value);
    path.window.giveUp();
    expect(path.window.underWay).toBe(0);
    expect(path.window.room(path.now)).toBeGreaterThan(0);
  });
});

test('what is said of another session, or of what was never sent, changes nothing', () => {
  const window = new SendWindow();
  window.sent(SESSION, 0, 1_000, true, 0);
  window.sent(SESSION, 1, 1_000, true, 0);
  window.arrived(SESSION + 1, 1, 5);
  expect(window.underWay).toBe(2_000);
  window.arrived(SESSION, 0, 5);
  window.arrived(SESSION, 0, 6);
  expect(window.underWay).toBe(1_000);
  window.arrived(SESSION, 4_000_000_000, 7);
  expect(window.underWay).toBe(0);
  window.sent(SESSION + 1, 0, 500, false, 8);
  window.arrived(SESSION, 1, 9);
  expect(window.underWay).toBe(500);
});
