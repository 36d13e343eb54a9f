import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './encoding.ts';
import {
  clientFrame,
  closePayload,
  closeStatus,
  controlFrame,
  copyWithRoom,
  HEADER_ROOM_BYTES,
  MessageReader,
  OPCODE,
  roomyBytes,
  serverFrame,
  serverTextFrame,
} from './websocket.ts';

const MAX = 70_000;

/** Everything that a reader tells, as text. */
function reading(from: 'client' | 'server', maxMessageBytes = MAX) {
  const told: string[] = [];
  const messages: Uint8Array[] = [];
  const reader = new MessageReader(
    { from, maxMessageBytes },
    {
      onMessage: (message) => {
        told.push(`message ${message.length}`);
        messages.push(new Uint8Array(message));
      },
      onControl: (opcode, payload) => told.push(`control ${opcode} ${toHex(payload)}`),
      onViolation: (status) => told.push(`violation ${status}`),
    },
  );
  return { reader, told, messages };
}

function filled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index * 7 + 1);
}

describe('golden frames (RFC 6455 §5.7)', () => {
  test.each([
    ['a server’s message', toHex(serverFrame(copyWithRoom(fromHex('48656c6c6f')))), '820548656c6c6f'],
    ['a server’s text', toHex(serverTextFrame(copyWithRoom(fromHex('48656c6c6f')))), '810548656c6c6f'],
    [
      'a client’s, its mask all zeros',
      toHex(clientFrame(copyWithRoom(fromHex('48656c6c6f')))),
      '82850000000048656c6c6f',
    ],
    ['a ping of a server', toHex(controlFrame('server', OPCODE.PING, fromHex('48656c6c6f'))), '890548656c6c6f'],
    ['256 bytes', toHex(serverFrame(roomyBytes(256)).subarray(0, 4)), '827e0100'],
    ['64 KiB', toHex(serverFrame(roomyBytes(65_536)).subarray(0, 10)), '827f0000000000010000'],
    ['64 KiB of a client', toHex(clientFrame(roomyBytes(65_536)).subarray(0, 14)), '82ff000000000001000000000000'],
    ['a good-bye', toHex(controlFrame('server', OPCODE.CLOSE, closePayload(1008))), '880203f0'],
  ])('%s', (_, made, golden) => {
    expect(made).toBe(golden);
  });

  test('masked by a browser', () => {
    const { reader, messages } = reading('client');
    reader.push(fromHex('828537fa213d7f9f4d5158'));
    expect(messages.map((message) => Buffer.from(message).toString())).toEqual(['Hello']);
  });
});

test('a frame is a view of the message’s own memory', () => {
  const message = copyWithRoom(filled(300));
  expect(serverFrame(message).buffer).toBe(message.buffer);
  expect(message).toEqual(copyWithRoom(filled(300)));
});

test('what a server read it can send on where it lies, whatever came before and behind', () => {
  const forwarded: string[] = [];
  const reader = new MessageReader(
    { from: 'client', maxMessageBytes: MAX },
    {
      onMessage: (message) => forwarded.push(toHex(serverFrame(message))),
      onControl: () => undefined,
      onViolation: () => undefined,
    },
  );
  const sizes = [0, 1, 125, 126, 65_535, 65_536];
  reader.push(Buffer.concat(sizes.map((size) => clientFrame(copyWithRoom(filled(size))))));
  expect(forwarded).toEqual(sizes.map((size) => toHex(serverFrame(copyWithRoom(filled(size))))));
});

test.each(['client', 'server'] as const)('frames of a %s come out as they went in, however they are cut', (from) => {
  const message = fc.uint8Array({ maxLength: 300 });
  const length = fc.constantFrom(0, 1, 125, 126, 127, 1_000, 65_535, 65_536, MAX);
  const cuts = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fc.oneof(message, length.map(filled)), { maxLength: 5 }), cuts, (sent, sizes) => {
      const stream = Buffer.concat(
        sent.map((one) => (from === 'client' ? clientFrame : serverFrame)(copyWithRoom(one))),
      );
      const { reader, messages, told } = reading(from);
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + (sizes[turn % sizes.length] ?? 1);
        reader.push(new Uint8Array(stream.subarray(at, end)));
        at = end;
      }
      expect(messages).toEqual(sent);
      expect(told.every((what) => what.startsWith('message'))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('byte by byte, with a ping between two fragments', () => {
  const { reader, told, messages } = reading('client');
  const bytes = fromHex(`0283${'00000000'}010203 8980${'00000000'} 8082${'00000000'}0405`.replaceAll(' ', ''));
  for (const byte of bytes) reader.push(Uint8Array.of(byte));
  expect(told).toEqual(['control 9 ', 'message 5']);
  expect(messages).toEqual([Uint8Array.of(1, 2, 3, 4, 5)]);
});

test.each([
  ['a client that does not mask', 'client', '820101', 1002],
  ['a server that masks', 'server', '828100000000aa', 1002],
  ['a reserved bit', 'server', 'c20101', 1002],
  ['an opcode that is none', 'server', '830101', 1002],
  ['a control opcode that is none', 'server', '8b00', 1002],
  ['a control frame in fragments', 'server', '0900', 1002],
  ['a long control frame', 'server', '897e0080', 1002],
  ['a continuation of nothing', 'server', '800101', 1002],
  ['a new message inside another', 'server', '020101820101', 1002],
  ['text', 'server', '810161', 1007],
  ['a message over the cap', 'server', '827f0000000000011171', 1009],
  ['one of 2^32 bytes', 'server', '827f0000000100000000', 1009],
  ['fragments over the cap together', 'server', `027e88b8${'00'.repeat(35_000)}807e88b9`, 1009],
  ['too many fragments', 'server', `020101${'000101'.repeat(15)}`, 1009],
] as const)('%s is refused at its header, and nothing more is read', (_, from, hex, status) => {
  const { reader, told } = reading(from);
  reader.push(fromHex(hex));
  expect(told).toEqual([`violation ${status}`]);
  reader.push(serverFrame(copyWithRoom(filled(3))));
  expect(told).toHaveLength(1);
});

test('memory for a message in pieces is taken once its length is known, from where it is told', () => {
  const taken: number[] = [];
  const reader = new MessageReader(
    {
      from: 'server',
      maxMessageBytes: MAX,
      allocate: (length) => {
        taken.push(length);
        return roomyBytes(length);
      },
    },
    { onMessage: () => undefined, onControl: () => undefined, onViolation: () => undefined },
  );
  const frame = serverFrame(copyWithRoom(filled(1_000)));
  reader.push(frame);
  expect(taken).toEqual([]);
  reader.push(frame.subarray(0, 500));
  reader.push(frame.subarray(500));
  expect(taken).toEqual([1_000]);
});

test('the status of a good-bye', () => {
  expect(closeStatus(closePayload(1012))).toBe(1012);
  expect(closeStatus(new Uint8Array(0))).toBe(1005);
});

test('the room is that of the longest header', () => {
  expect(roomyBytes(65_536).byteOffset).toBe(HEADER_ROOM_BYTES);
});
