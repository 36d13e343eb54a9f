import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { relayOverTime } from '#protocol/rest/watching.ts';
import { HandClock } from '../hand-clock.fixture.ts';
import { type Reading, RelayOverTime } from './relay-over-time.ts';

const EVERY = LIMITS.RELAY_SAMPLE_EVERY_MS.value;

function setUp() {
  const clock = new HandClock();
  // Everything grows by a thousand a second; the processor is half busy.
  const read = (): Reading => {
    const count = clock.now();
    return {
      relayConnections: 1,
      controlConnections: 2,
      inBytes: count,
      outBytes: 2 * count,
      frames: count / 1000,
      dropped: { 'too-old': count / 100 },
      queuedBytes: 3,
      queueAgeMs: 4,
      cpuSeconds: count / 2000,
      residentBytes: 5,
      heapBytes: 6,
    };
  };
  return { clock, overTime: new RelayOverTime(clock, '1', read) };
}

test('rates are per second since the moment before, now and in every sample', () => {
  const { clock, overTime } = setUp();
  clock.advance(2 * EVERY + 5_000);
  const { now, samples } = relayOverTime.parse(overTime.shown());
  expect(samples).toHaveLength(2);
  for (const sample of [now, ...samples]) {
    expect(sample).toMatchObject({ inBytesPerSecond: 1000, outBytesPerSecond: 2000, framesPerSecond: 1, cpu: 0.5 });
    expect(sample.droppedPerSecond).toEqual({ 'too-old': 10 });
  }
  expect(Date.parse(samples[1]?.at ?? '') - Date.parse(samples[0]?.at ?? '')).toBe(EVERY);
});

test('right after a sample, what is now is measured from the one before', () => {
  const { clock, overTime } = setUp();
  clock.advance(2 * EVERY);
  expect(overTime.shown().now.inBytesPerSecond).toBe(1000);
});

test('keeps an hour, and stops', () => {
  const { clock, overTime } = setUp();
  clock.advance((LIMITS.RELAY_SAMPLES_MAX.value + 5) * EVERY);
  expect(overTime.shown().samples).toHaveLength(LIMITS.RELAY_SAMPLES_MAX.value);
  overTime.close();
  expect(clock.pending).toBe(0);
});
