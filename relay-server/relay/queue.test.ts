import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { asRoomy, copyWithRoom, HEADER_ROOM_BYTES, roomyBytes } from '#protocol/websocket.ts';
import { RelayCounters } from './metrics.ts';
import { DestinationQueue } from './queue.ts';

const OVERHEAD = LIMITS.RELAY_QUEUE_FRAME_OVERHEAD_BYTES.value;

function setUp() {
  const counters = new RelayCounters();
  return { counters, queue: new DestinationQueue(counters) };
}

describe('fair turns', () => {
  test('are fair by bytes: many small frames against few large ones', () => {
    const { queue } = setUp();
    for (let i = 0; i < 20; i++) queue.push('large', copyWithRoom(new Uint8Array(50_000)), 0);
    for (let i = 0; i < 1_000; i++) queue.push('small', copyWithRoom(new Uint8Array(1_000)), 0);
    const taken = { large: 0, small: 0 };
    for (let bytes = 0; bytes < 800_000; ) {
      const frame = queue.take(0);
      if (frame === undefined) throw new Error('empty too early');
      bytes += frame.length + OVERHEAD;
      taken[frame.length === 50_000 ? 'large' : 'small'] += frame.length + OVERHEAD;
    }
    expect(Math.abs(taken.large - taken.small)).toBeLessThan(2 * LIMITS.RELAY_FRAME_MAX_BYTES.value);
  });

  test('a source that comes last waits for at most one turn of each of the others', () => {
    const { queue } = setUp();
    for (let i = 0; i < 60; i++) queue.push(`source ${i % 10}`, copyWithRoom(new Uint8Array(60_000)), 0);
    queue.push('late', copyWithRoom(Uint8Array.of(1)), 0);
    let before = 0;
    while ((queue.take(0)?.length ?? 0) > 1) before++;
    expect(before).toBe(10);
  });
});

describe('bounds', () => {
  test('when full, the oldest frame of the source that holds most goes', () => {
    const { queue, counters } = setUp();
    queue.push('light', copyWithRoom(Uint8Array.of(1)), 0);
    const fill = Math.floor(LIMITS.RELAY_QUEUE_MAX_BYTES.value / (65_000 + OVERHEAD));
    for (let i = 0; i <= fill; i++) queue.push('heavy', copyWithRoom(new Uint8Array(65_000).fill(i)), 0);
    expect(counters.dropped['queue-full'].frames).toBe(1);
    expect(queue.take(0)).toEqual(Uint8Array.of(1));
    expect(queue.take(0)?.[0]).toBe(1);
  });

  test('tiny frames are charged what they cost, not what they weigh', () => {
    const { queue, counters } = setUp();
    for (let i = 0; i < 50_000; i++) queue.push('source', copyWithRoom(new Uint8Array(20)), 0);
    expect(counters.queued.frames).toBe(Math.floor(LIMITS.RELAY_QUEUE_MAX_BYTES.value / (20 + OVERHEAD)));
  });

  test('a small frame that waits does not keep the record alive that it came in', () => {
    const { queue } = setUp();
    const record = new Uint8Array(16_384);
    queue.push('source', asRoomy(record.subarray(100, 200)), 0);
    expect(queue.take(0)?.buffer.byteLength).toBe(HEADER_ROOM_BYTES + 100);
    queue.push('source', asRoomy(record), 0);
    expect(queue.take(0)?.buffer).toBe(record.buffer);
  });

  test('one source too many is refused until another is through', () => {
    const { queue, counters } = setUp();
    const cap = LIMITS.RELAY_SOURCES_PER_DESTINATION.value;
    for (let i = 0; i <= cap; i++) queue.push(`${i}`, copyWithRoom(Uint8Array.of(1)), 0);
    expect(counters.dropped['too-many-sources'].frames).toBe(1);
    queue.take(0);
    queue.push(`${cap}`, copyWithRoom(Uint8Array.of(1)), 0);
    expect(counters.dropped['too-many-sources'].frames).toBe(1);
  });
});

test('whatever happens: bounded by bytes, sources and age; in order; nothing twice; in = out + dropped + queued', () => {
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('push' as const),
        source: fc.integer({ min: 0, max: 4 }),
        size: fc.oneof(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 30_000, max: 66_000 })),
        times: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const), times: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 150 }) }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'expire' as const }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const { counters, queue } = setUp();
      let now = 0;
      let pushed = 0;
      let taken = 0;
      const pushedAt = new Map<number, number>();
      const lastOf = new Map<number, number>();
      for (const step of operations) {
        if (step.kind === 'wait') now += step.ms;
        if (step.kind === 'expire') queue.expire(now);
        for (let i = 0; step.kind === 'push' && i < step.times; i++) {
          const frame = roomyBytes(step.size);
          new DataView(frame.buffer, frame.byteOffset).setUint32(0, pushed);
          frame[4] = step.source;
          pushedAt.set(pushed++, now);
          queue.push(`${step.source}`, frame, now);
        }
        for (let i = 0; step.kind === 'take' && i < step.times; i++) {
          const frame = queue.take(now);
          if (frame === undefined) {
            expect(queue.empty).toBe(true);
            break;
          }
          taken++;
          const sequence = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
          const source = frame[4] ?? -1;
          expect(sequence).toBeGreaterThan(lastOf.get(source) ?? -1);
          lastOf.set(source, sequence);
          expect(now - (pushedAt.get(sequence) ?? 0)).toBeLessThanOrEqual(LIMITS.RELAY_QUEUE_MAX_AGE_MS.value);
        }
        expect(queue.cost).toBeLessThanOrEqual(LIMITS.RELAY_QUEUE_MAX_BYTES.value);
        const dropped = Object.values(counters.dropped).reduce((sum, { frames }) => sum + frames, 0);
        expect(taken + dropped + counters.queued.frames).toBe(pushed);
        expect(queue.cost).toBe(counters.queued.bytes + OVERHEAD * counters.queued.frames);
      }
    }),
  );
});
