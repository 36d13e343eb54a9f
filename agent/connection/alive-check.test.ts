import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { AliveCheck } from './alive-check.ts';

const { PING_DOUBT_MS, PING_INTERVAL_MS, PING_TIMEOUT_MS, UNANSWERED_PROBE_MS } = LIMITS;

let events: string[];
/** Whether the other end answers probes. */
let answers: boolean;
let alive: AliveCheck;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  events = [];
  answers = true;
  alive = new AliveCheck({
    probe: () => {
      events.push('probe');
      alive.probed();
      if (answers) alive.heard();
    },
    onDoubtful: () => void events.push('doubtful'),
    onDead: () => {
      events.push('dead');
      alive[Symbol.dispose]();
    },
  });
});
afterEach(() => {
  alive[Symbol.dispose]();
  vi.useRealTimers();
});

/** Step by step: each look is taken a turn after its timer. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 50) {
    await vi.advanceTimersByTimeAsync(Math.min(50, milliseconds - passed));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('asks an end that is silent for a sign of life, and again after each', async () => {
  await pass(PING_INTERVAL_MS.value - 100);
  expect(events).toEqual([]);
  await pass(200);
  expect(events).toEqual(['probe']);
  await pass(PING_INTERVAL_MS.value);
  expect(events).toEqual(['probe', 'probe']);
});

test('asks sooner when something that was sent is not answered', async () => {
  alive.sent();
  await pass(UNANSWERED_PROBE_MS.value + 100);
  expect(events).toEqual(['probe']);
});

test('an end that does not answer is doubtful, then dead, once', async () => {
  answers = false;
  alive.sent();
  await pass(UNANSWERED_PROBE_MS.value + PING_DOUBT_MS.value + 200);
  expect(events).toEqual(['probe', 'doubtful']);
  await pass(PING_TIMEOUT_MS.value * 3);
  expect(events).toEqual(['probe', 'doubtful', 'dead']);
});

test('with less patience it is dead sooner, and with an answer in time it is not', async () => {
  alive.probed(500);
  await pass(300);
  alive.heard();
  await pass(1_000);
  expect(events).toEqual([]);
  alive.probed(500);
  await pass(700);
  expect(events).toEqual(['dead']);
});

test('what came while this process did not run counts before the verdict', async () => {
  alive.probed();
  setImmediate(() => alive.heard());
  vi.advanceTimersByTime(PING_TIMEOUT_MS.value * 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toEqual([]);
});

test('a packet does not set the timer again that is soon enough', async () => {
  // No spy: who restores all spies, in a test to come, would put the false clock back.
  const clock = globalThis.setTimeout;
  let set = 0;
  globalThis.setTimeout = Object.assign((...timer: Parameters<typeof clock>) => {
    set++;
    return clock(...timer);
  }, clock);
  alive.sent();
  expect(set).toBe(1);
  for (let packet = 0; packet < 100; packet++) {
    alive.heard();
    alive.sent();
  }
  globalThis.setTimeout = clock;
  expect(set).toBe(1);
});

test('leaves no timer behind', () => {
  alive[Symbol.dispose]();
  alive.sent();
  expect(vi.getTimerCount()).toBe(0);
});
