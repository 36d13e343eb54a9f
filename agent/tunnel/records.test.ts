import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '#protocol/encoding.ts';
import { OFFLOAD_HEADER_BYTES, RECORD } from '#protocol/tunnel-messages.ts';
import { encodeRecord, isCarriable, packetRecord, parseRecords } from './records.ts';

const record = fc.record({ type: fc.integer({ min: 0, max: 255 }), body: fc.uint8Array({ maxLength: 300 }) });

describe('records', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        const plaintext = concatBytes(...records.map(({ type, body }) => encodeRecord(type, body)));
        expect(parseRecords(plaintext)).toEqual(records);
      }),
    );
  });

  it('are refused as a whole when the last one is cut', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 3 }), (records, cut) => {
        const plaintext = concatBytes(...records.map(({ type, body }) => encodeRecord(type, body)));
        expect(parseRecords(plaintext.subarray(0, -cut))).toBeUndefined();
      }),
    );
  });

  it('are parsed without reading or throwing beyond any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const size = parseRecords(bytes)?.reduce((sum, { body }) => sum + 4 + body.length, 0);
        expect([undefined, bytes.length]).toContain(size);
      }),
    );
  });

  it('have the layout of the specification', () => {
    expect(encodeRecord(RECORD.PROBE, fromHex('0102030405060708'))).toEqual(fromHex('030000080102030405060708'));
    expect(encodeRecord(RECORD.KEEPALIVE)).toEqual(fromHex('00000000'));
    expect(encodeRecord(RECORD.PACKET, new Uint8Array(0x01_02_03)).subarray(0, 4)).toEqual(fromHex('01010203'));
  });

  it('carry the offload header only when it says something', () => {
    const plain = concatBytes(new Uint8Array(OFFLOAD_HEADER_BYTES), fromHex('4500'));
    expect(packetRecord(plain)).toEqual({ type: RECORD.PACKET, body: fromHex('4500') });
    for (let at = 0; at < OFFLOAD_HEADER_BYTES; at++) {
      const offloaded = Uint8Array.from(plain);
      offloaded[at] = 1;
      expect(packetRecord(offloaded)).toEqual({ type: RECORD.OFFLOADED, body: offloaded });
    }
  });

  it.each([
    [0, false],
    [OFFLOAD_HEADER_BYTES, false],
    [OFFLOAD_HEADER_BYTES + 1, true],
    [OFFLOAD_HEADER_BYTES + 65_535, true],
    [OFFLOAD_HEADER_BYTES + 65_536, false],
  ])('carry a packet of %i bytes with its header: %s', (length, carried) => {
    expect(isCarriable(new Uint8Array(length))).toBe(carried);
  });
});
