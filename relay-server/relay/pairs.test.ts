import { expect, test } from 'vitest';
import { encodeFrame, FRAME_HEADER_BYTES } from '#protocol/frames.ts';
import { type MachineId, machineId, subscriptionId } from '#protocol/ids.ts';
import { copyWithRoom } from '#protocol/websocket.ts';
import { RelayCore } from './core.ts';
import { RecordingOutlet } from './recording-outlet.fixture.ts';

const ours = subscriptionId.parse('aa'.repeat(16));
const [alice, bob] = ['01', 'f2'].map((byte) => machineId.parse(byte.repeat(16))) as [MachineId, MachineId];

function setUp() {
  const core = new RelayCore({ onPresence: () => {}, onTicket: () => {} });
  const join = (machine: MachineId, room?: number) =>
    core.connect({ subscription: ours, machine, expiresAt: 1e9 }, new RecordingOutlet(room), 1_000);
  const send = (from: ReturnType<typeof join>, to: MachineId, bytes: number, now: number) =>
    core.receive(from, copyWithRoom(encodeFrame({ type: 'data', peer: to, payload: new Uint8Array(bytes) })), now);
  return { core, join, send };
}

test('counts what passes between two machines, each way, with the frames’ headers', () => {
  const { core, join, send } = setUp();
  const [a, b] = [join(alice), join(bob)];
  for (const now of [1_000, 1_100, 3_000]) send(a, bob, 100, now);
  send(b, alice, 7, 3_000);
  expect(core.pairs(ours)).toEqual([
    { from: bob, to: alice, bytes: 7 + FRAME_HEADER_BYTES, at: 3_000 },
    { from: alice, to: bob, bytes: 3 * (100 + FRAME_HEADER_BYTES), at: 3_000 },
  ]);
  expect(core.pairs(subscriptionId.parse('bb'.repeat(16)))).toEqual([]);
});

test('a replacement goes on counting; who left is forgotten', () => {
  const { core, join, send } = setUp();
  const [a] = [join(alice), join(bob)];
  send(a, bob, 100, 1_000);
  const again = join(bob);
  send(a, bob, 100, 1_000);
  expect(core.pairs(ours)).toMatchObject([{ bytes: 2 * (100 + FRAME_HEADER_BYTES) }]);
  core.disconnect(again, 2_000);
  expect(core.pairs(ours)).toEqual([]);
});

test('the age of the queues is that of the frame that waits longest', () => {
  const { core, join, send } = setUp();
  const [a, b] = [join(alice), join(bob, 1)];
  expect(core.queueAgeMs(1_000)).toBe(0);
  for (const now of [1_000, 1_020, 1_050]) send(a, bob, 10, now);
  // The first went out and filled the socket.
  expect(core.queueAgeMs(1_100)).toBe(80);
  core.disconnect(b, 1_100);
  expect(core.queueAgeMs(1_100)).toBe(0);
});
