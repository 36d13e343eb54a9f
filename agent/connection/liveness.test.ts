import { describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { Backoff } from './backoff.ts';
import { Liveness } from './liveness.ts';

const INTERVAL = LIMITS.PING_INTERVAL_MS.value;
const TIMEOUT = LIMITS.PING_TIMEOUT_MS.value;
const DOUBT = LIMITS.PING_DOUBT_MS.value;
const UNANSWERED = LIMITS.UNANSWERED_PROBE_MS.value;

describe('liveness', () => {
  test('silence asks for a probe, an unanswered probe is doubtful, and then death', () => {
    const liveness = new Liveness(0);
    expect(liveness.verdict(INTERVAL - 1)).toBe('fine');
    expect(liveness.verdict(INTERVAL)).toBe('probe');
    liveness.probed(INTERVAL);
    expect(liveness.nextCheckIn(INTERVAL)).toBe(DOUBT);
    expect(liveness.verdict(INTERVAL + DOUBT - 1)).toBe('fine');
    expect(liveness.verdict(INTERVAL + DOUBT)).toBe('doubtful');
    expect(liveness.nextCheckIn(INTERVAL + DOUBT)).toBe(TIMEOUT - DOUBT);
    expect(liveness.verdict(INTERVAL + TIMEOUT - 1)).toBe('doubtful');
    expect(liveness.verdict(INTERVAL + TIMEOUT)).toBe('dead');
  });

  test('an answer to the probe is life', () => {
    const liveness = new Liveness(0);
    liveness.probed(INTERVAL);
    liveness.heard(INTERVAL + TIMEOUT - 1);
    expect(liveness.verdict(INTERVAL + TIMEOUT)).toBe('fine');
    expect(liveness.nextCheckIn(INTERVAL + TIMEOUT - 1)).toBe(INTERVAL);
  });

  test('something sent and nothing heard asks much sooner', () => {
    const liveness = new Liveness(0);
    expect(liveness.sent(1_000)).toBe(true);
    expect(liveness.sent(1_500)).toBe(false);
    expect(liveness.verdict(1_000 + UNANSWERED - 1)).toBe('fine');
    expect(liveness.verdict(1_000 + UNANSWERED)).toBe('probe');
  });

  test('a second probe does not put off the verdict', () => {
    const liveness = new Liveness(0);
    liveness.probed(100);
    liveness.probed(4_000);
    expect(liveness.verdict(100 + TIMEOUT)).toBe('dead');
  });

  test('a probe with less patience brings the verdict forward, and life forgets it', () => {
    const liveness = new Liveness(0);
    liveness.probed(100);
    liveness.probed(200, 300);
    expect(liveness.nextCheckIn(200)).toBe(300);
    expect(liveness.verdict(500)).toBe('dead');
    liveness.heard(499);
    expect(liveness.verdict(500)).toBe('fine');
    liveness.probed(500);
    expect(liveness.verdict(500 + TIMEOUT - 1)).toBe('doubtful');
  });
});

describe('back-off', () => {
  test('never waits longer than the limit nor less than half of the least, and grows', () => {
    const most = new Backoff(() => 0.999_999);
    const least = new Backoff(() => 0);
    const waits = Array.from({ length: 12 }, () => most.next());
    expect(waits[0]).toBe(LIMITS.RECONNECT_MIN_MS.value);
    expect(waits.at(-1)).toBe(LIMITS.RECONNECT_MAX_MS.value);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(Array.from({ length: 12 }, () => least.next())).toEqual(Array(12).fill(LIMITS.RECONNECT_MIN_MS.value / 2));
  });

  test('begins anew only after a connection that lasted', () => {
    const backoff = new Backoff(() => 0.999_999);
    for (let i = 0; i < 5; i++) backoff.next();
    backoff.resetIfLasted(1_000);
    expect(backoff.next()).toBeGreaterThan(LIMITS.RECONNECT_MIN_MS.value);
    backoff.resetIfLasted(LIMITS.RECONNECT_MAX_MS.value);
    expect(backoff.next()).toBe(LIMITS.RECONNECT_MIN_MS.value);
  });
});
