import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './encoding.ts';
import { isRefusal } from './errors.ts';
import {
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_TYPE,
  type Frame,
  GONE_REASON,
  type GoneReason,
  NOTICE_CODE,
  type NoticeCode,
  PING_PAYLOAD_BYTES,
  writeDataHeader,
} from './frames.ts';
import { machineId } from './ids.ts';
import { LIMITS } from './limits.ts';

const PEER_HEX = '00112233445566778899aabbccddeeff';
const PEER = machineId.parse(PEER_HEX);
const ZEROS = '00'.repeat(16);

const GOLDEN: Record<string, { hex: string; frame: Frame }> = {
  'data of three bytes': {
    hex: `01${PEER_HEX}040506`,
    frame: { type: 'data', peer: PEER, payload: Uint8Array.of(4, 5, 6) },
  },
  'peer gone, never connected': {
    hex: `02${PEER_HEX}01`,
    frame: { type: 'peer-gone', peer: PEER, reason: 'NOT_CONNECTED' },
  },
  'peer gone, disconnected': {
    hex: `02${PEER_HEX}02`,
    frame: { type: 'peer-gone', peer: PEER, reason: 'DISCONNECTED' },
  },
  ping: { hex: `03${ZEROS}0102030405060708`, frame: { type: 'ping', payload: fromHex('0102030405060708') } },
  pong: { hex: `04${ZEROS}0102030405060708`, frame: { type: 'pong', payload: fromHex('0102030405060708') } },
  'notice: restarting': { hex: `05${ZEROS}01`, frame: { type: 'notice', code: 'RESTARTING' } },
  'notice: rate limited': { hex: `05${ZEROS}02`, frame: { type: 'notice', code: 'RATE_LIMITED' } },
  'notice: replaced': { hex: `05${ZEROS}03`, frame: { type: 'notice', code: 'REPLACED' } },
  'notice: ticket expired': { hex: `05${ZEROS}04`, frame: { type: 'notice', code: 'TICKET_EXPIRED' } },
  ticket: { hex: `06${ZEROS}61622e63`, frame: { type: 'ticket', ticket: 'ab.c' } },
};

describe('golden frames', () => {
  for (const [name, { hex, frame }] of Object.entries(GOLDEN)) {
    test(name, () => {
      expect(toHex(encodeFrame(frame))).toBe(hex);
      expect(decodeFrame(fromHex(hex))).toEqual(frame);
    });
  }

  test('writeDataHeader writes the same header in place', () => {
    const target = fromHex(`ff${'ff'.repeat(16)}040506`);
    writeDataHeader(target, fromHex(PEER_HEX));
    expect(toHex(target)).toBe(GOLDEN['data of three bytes']?.hex);
  });
});

const anyPeer = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => machineId.parse(toHex(bytes)));
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('data' as const), peer: anyPeer, payload: fc.uint8Array({ minLength: 1 }) }),
  fc.record({
    type: fc.constant('peer-gone' as const),
    peer: anyPeer,
    reason: fc.constantFrom(...(Object.keys(GONE_REASON) as GoneReason[])),
  }),
  fc.record({
    type: fc.constantFrom('ping' as const, 'pong' as const),
    payload: fc.uint8Array({ minLength: PING_PAYLOAD_BYTES, maxLength: PING_PAYLOAD_BYTES }),
  }),
  fc.record({
    type: fc.constant('notice' as const),
    code: fc.constantFrom(...(Object.keys(NOTICE_CODE) as NoticeCode[])),
  }),
  fc.record({ type: fc.constant('ticket' as const), ticket: fc.stringMatching(/^[\w.-]{1,200}$/) }),
);

test('round trip', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
    }),
  );
});

test('garbage is decoded or refused by the catalogue, never anything else', () => {
  const garbage = fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.uint8Array({ maxLength: 64 }))
    .map(([type, rest]) => Uint8Array.of(type, ...rest));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), garbage), (bytes) => {
      try {
        decodeFrame(bytes);
      } catch (error) {
        if (!isRefusal(error, 'FRAME_MALFORMED')) throw error;
      }
    }),
    { numRuns: 5_000 },
  );
});

test('a frame at the cap passes, one byte more is FRAME_TOO_LARGE', () => {
  const cap = LIMITS.RELAY_FRAME_MAX_BYTES.value;
  const bytes = new Uint8Array(cap + 1);
  bytes[0] = FRAME_TYPE.DATA;
  expect(decodeFrame(bytes.subarray(0, cap)).type).toBe('data');
  expect(() => decodeFrame(bytes)).toThrow(expect.objectContaining({ code: 'FRAME_TOO_LARGE' }));
});

describe('FRAME_MALFORMED', () => {
  test.each([
    ['nothing', ''],
    ['a type alone', '01'],
    ['a header cut short', `01${'00'.repeat(15)}`],
    ['data without a payload', `01${PEER_HEX}`],
    ['peer gone without a reason', `02${PEER_HEX}`],
    ['peer gone with two reasons', `02${PEER_HEX}0101`],
    ['a ping of seven bytes', `03${ZEROS}${'00'.repeat(7)}`],
    ['a pong of nine bytes', `04${ZEROS}${'00'.repeat(9)}`],
    ['a notice without a code', `05${ZEROS}`],
    ['an empty ticket', `06${ZEROS}`],
    ['a ticket with a line break', `06${ZEROS}610a62`],
    ['a ticket outside ASCII', `06${ZEROS}61ff`],
    ['a ticket over the cap', `06${ZEROS}${'61'.repeat(LIMITS.GRANT_MAX_CHARACTERS.value + 1)}`],
  ])('%s', (_name, hex) => {
    expect(() => decodeFrame(fromHex(hex))).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
  });
});

describe('what a later version may send is unknown, not an error', () => {
  test.each([0, 7, 255])('type %i', (number) => {
    const bytes = new Uint8Array(FRAME_HEADER_BYTES);
    bytes[0] = number;
    expect(decodeFrame(bytes)).toEqual({ type: 'unknown', number });
  });

  test.each([
    ['reason', `02${PEER_HEX}63`, 2],
    ['notice code', `05${ZEROS}63`, 5],
  ])('%s 99', (_name, hex, number) => {
    expect(decodeFrame(fromHex(hex))).toEqual({ type: 'unknown', number });
  });
});

test.each<Frame>([
  { type: 'data', peer: PEER, payload: new Uint8Array(0) },
  { type: 'ping', payload: new Uint8Array(7) },
  { type: 'ticket', ticket: '' },
  { type: 'ticket', ticket: 'ticket\u00e9' },
])('what could not be read back is not written: %j', (frame) => {
  expect(() => encodeFrame(frame)).toThrow(RangeError);
});
