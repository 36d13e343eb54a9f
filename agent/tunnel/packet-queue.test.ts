import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adapterPacket } from '#native/offload-header.ts';
import { buildUdp } from '#native/packet-builders.ts';
import { LIMITS } from '#protocol/limits.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { PacketQueue } from './packet-queue.ts';

const ENDS = { from: '100.64.1.1', to: '100.64.1.2', toPort: 9 };
const never = (): never => expect.fail('dropped');

/** A packet of one connection; its first payload byte tells it apart. */
function packet(connection: number, bytes: number, mark = 0): Uint8Array {
  return adapterPacket(buildUdp({ ...ENDS, fromPort: 1_000 + connection }, new Uint8Array(bytes).fill(mark)));
}

const markOf = (bytes: Uint8Array | undefined) => bytes?.at(-1);
const queueOf = () => new PacketQueue(new FrameMemory(), { bytes: 0 });

describe('turns', () => {
  test('one connection is in order', () => {
    const queue = queueOf();
    for (let mark = 0; mark < 100; mark++) queue.push(packet(1, 1_000, mark), 0);
    const marks = Array.from({ length: 100 }, () => markOf(queue.take(0, false, never)));
    expect(marks).toEqual(Array.from({ length: 100 }, (_, mark) => mark));
    expect([queue.size, queue.bytes, queue.take(0, false, never)]).toEqual([0, 0, undefined]);
  });

  test('a small packet of another passes a bulk transfer', () => {
    const queue = queueOf();
    for (let mark = 0; mark < 20; mark++) queue.push(packet(1, 60_000, 1), 0);
    for (let taken = 0; taken < 3; taken++) queue.take(0, false, never);
    queue.push(packet(2, 100, 2), 0);
    expect(markOf(queue.take(0, false, never))).toBe(2);
  });

  test('two bulk transfers share by bytes, whatever the size of their packets', () => {
    const queue = queueOf();
    for (let count = 0; count < 20; count++) queue.push(packet(1, 60_000, 1), 0);
    for (let count = 0; count < 1_000; count++) queue.push(packet(2, 1_200, 2), 0);
    const bytes = [0, 0, 0];
    for (let count = 0; count < 300; count++) {
      const taken = queue.take(0, false, never);
      bytes[markOf(taken) ?? 0] = (bytes[markOf(taken) ?? 0] ?? 0) + (taken?.length ?? 0);
    }
    expect(Math.abs((bytes[1] ?? 0) - (bytes[2] ?? 0))).toBeLessThan(60_000 + 2 * LIMITS.FLOW_QUANTUM_BYTES.value);
  });

  test('a shut window lets small packets of quiet connections through, and only those', () => {
    const queue = queueOf();
    for (let count = 0; count < 5; count++) queue.push(packet(1, 60_000, 1), 0);
    queue.push(packet(2, 100, 2), 0);
    expect(markOf(queue.take(0, true, never))).toBe(2);
    expect(queue.take(0, true, never)).toBeUndefined();
    // A stream of small packets is bulk, too, after its first quantum.
    for (let count = 0; count < 100; count++) queue.push(packet(3, 1_000, 3), 0);
    let passed = 0;
    while (queue.take(0, true, never) !== undefined) passed += 1_038;
    expect(passed).toBeGreaterThanOrEqual(LIMITS.FLOW_QUANTUM_BYTES.value);
    expect(passed).toBeLessThan(LIMITS.FLOW_QUANTUM_BYTES.value + 2 * 1_038);
    expect(queue.take(0, false, never)).toBeDefined();
  });
});

describe('bounds', () => {
  test('what is too old is dropped and told', () => {
    const queue = queueOf();
    queue.push(packet(1, 100, 1), 0);
    queue.push(packet(1, 100, 2), 200);
    let dropped = 0;
    const age = LIMITS.PEER_QUEUE_MAX_AGE_MS.value;
    expect(markOf(queue.take(age + 1, false, () => dropped++))).toBe(2);
    expect(dropped).toBe(1);
  });

  test('the oldest of the heaviest goes when there are too many bytes', () => {
    const queue = queueOf();
    queue.push(packet(2, 100, 255), 0);
    let dropped = 0;
    for (let mark = 0; mark < 100; mark++) dropped += queue.push(packet(1, 60_000, mark), 0);
    expect(queue.bytes).toBeLessThanOrEqual(LIMITS.PEER_QUEUE_MAX_BYTES.value);
    expect(markOf(queue.take(0, false, never))).toBe(255);
    expect(markOf(queue.take(0, false, never))).toBe(dropped);
    expect(queue.clear()).toBe(100 - dropped - 1);
  });

  test('whatever happens: in = out + dropped + waiting, within the bounds, each connection in order', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), flow: fc.nat(5), bytes: fc.integer({ min: 10, max: 60_000 }) }),
      fc.record({ kind: fc.constant('take' as const), urgent: fc.boolean() }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(200) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = queueOf();
        let [now, pushed, taken, dropped] = [0, 0, 0, 0];
        const last = new Map<number, number>();
        for (const one of steps) {
          if (one.kind === 'wait') now += one.ms;
          if (one.kind === 'push') {
            const bytes = packet(one.flow, one.bytes);
            new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 4, pushed++);
            dropped += queue.push(bytes, now);
          }
          if (one.kind !== 'take') continue;
          const bytes = queue.take(now, one.urgent, () => dropped++);
          if (bytes === undefined) continue;
          taken++;
          const view = new DataView(bytes.buffer, bytes.byteOffset);
          const [flow, number] = [view.getUint16(30), view.getUint32(bytes.length - 4)];
          expect(number).toBeGreaterThan(last.get(flow) ?? -1);
          last.set(flow, number);
        }
        expect(pushed).toBe(taken + dropped + queue.size);
        expect(queue.bytes).toBeLessThanOrEqual(LIMITS.PEER_QUEUE_MAX_BYTES.value);
        let rest = queue.size;
        while (queue.take(now, false, () => rest--) !== undefined) rest--;
        expect([rest, queue.bytes]).toEqual([0, 0]);
      }),
      { numRuns: 60 },
    );
  });
});
