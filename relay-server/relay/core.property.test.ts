import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame } from '#protocol/frames.ts';
import { type MachineId, machineId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import type { Connection } from './connection.ts';
import { RelayCore } from './core.ts';
import { RecordingOutlet } from './recording-outlet.fixture.ts';

const SUBSCRIPTIONS = ['aa', 'bb'].map((byte) => subscriptionId.parse(byte.repeat(16)));
const MACHINES = ['01', '02', '03'].map((byte) => machineId.parse(byte.repeat(16)));

const who = { subscription: fc.nat(SUBSCRIPTIONS.length - 1), machine: fc.nat(MACHINES.length - 1) };
const operation = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('join' as const), ...who, room: fc.nat(200_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), ...who }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      ...who,
      to: fc.nat(MACHINES.length - 1),
      bytes: fc.oneof(fc.integer({ min: 16, max: 100 }), fc.integer({ min: 40_000, max: 66_000 })),
      times: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('drain' as const), ...who, room: fc.nat(400_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(200) }) },
);

const everybodyJoins = SUBSCRIPTIONS.flatMap((_, subscription) =>
  MACHINES.map((_, machine) => ({ kind: 'join' as const, subscription, machine, room: 100_000 })),
);

test('whoever comes, goes, sends and reads: no frame is lost uncounted, doubled, reordered or led astray', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 20, maxLength: 120, size: 'max' }), (random) => {
      const core = new RelayCore({ onPresence() {}, onTicket() {} });
      const present = new Map<string, { connection: Connection; outlet: RecordingOutlet }>();
      const outlets: { owner: string; outlet: RecordingOutlet }[] = [];
      let now = 0;
      let sequence = 0;
      for (const step of [...everybodyJoins, ...random]) {
        if (step.kind === 'wait') {
          now += step.ms;
          core.sweep(now);
          continue;
        }
        const subscription = SUBSCRIPTIONS[step.subscription] ?? subscriptionId.parse('');
        const machine = MACHINES[step.machine] ?? machineId.parse('');
        const owner = `${subscription}/${machine}`;
        const here = present.get(owner);
        if (step.kind === 'join') {
          const outlet = new RecordingOutlet(step.room);
          const connection = core.connect({ subscription, machine, expiresAt: 1e9 }, outlet, now);
          present.set(owner, { connection, outlet });
          outlets.push({ owner, outlet });
        } else if (here !== undefined && step.kind === 'leave') {
          core.disconnect(here.connection, now);
          present.delete(owner);
        } else if (here !== undefined && step.kind === 'drain') {
          here.outlet.room = step.room;
          core.writable(here.connection, now);
        } else if (here !== undefined && step.kind === 'send') {
          const peer = MACHINES[step.to] ?? machineId.parse('');
          for (let i = 0; i < step.times; i++) {
            core.receive(here.connection, numbered(peer, sequence++, subscription, step.bytes), now);
          }
        }
        const { in: received, out, dropped, queued } = core.metrics();
        const drops = Object.values(dropped);
        expect(out.frames + queued.frames + sum(drops.map(({ frames }) => frames))).toBe(received.frames);
        expect(out.bytes + queued.bytes + sum(drops.map(({ bytes }) => bytes))).toBe(received.bytes);
        expect(queued.bytes).toBeLessThanOrEqual(
          LIMITS.RELAY_QUEUE_MAX_BYTES.value * SUBSCRIPTIONS.length * MACHINES.length,
        );
      }
      const last = new Map<string, number>();
      const seen = new Set<number>();
      for (const { owner, outlet } of outlets) {
        for (const frame of outlet.frames) {
          if (frame.type !== 'data') continue;
          const { number, subscription } = readBack(frame.payload);
          expect(owner.slice(0, 2)).toBe(subscription);
          expect(seen.has(number)).toBe(false);
          seen.add(number);
          const pair = `${frame.peer} to ${owner}`;
          expect(number).toBeGreaterThan(last.get(pair) ?? -1);
          last.set(pair, number);
        }
      }
      expect(seen.size).toBe(core.metrics().out.frames);
    }),
    { numRuns: 60 },
  );
});

/** A DATA frame that carries its number and the subscription it must stay in. */
function numbered(peer: MachineId, number: number, subscription: string, bytes: number): RoomyMessage {
  const payload = new Uint8Array(bytes);
  new DataView(payload.buffer).setUint32(0, number);
  payload[4] = Number.parseInt(subscription.slice(0, 2), 16);
  return copyWithRoom(encodeFrame({ type: 'data', peer, payload }));
}

function readBack(payload: Uint8Array): { number: number; subscription: string } {
  return {
    number: new DataView(payload.buffer, payload.byteOffset).getUint32(0),
    subscription: (payload[4] ?? 0).toString(16),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
