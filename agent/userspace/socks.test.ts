import { describe, expect, test } from 'vitest';
import { datagram, REPLY, readDatagram, readGreeting, readRequest, reply } from './socks.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('greeting', () => {
  test.each([
    ['05 01 00', '05 00'],
    ['05 02 02 00', '05 00'],
  ])('%s is answered with %s', (said, answered) => {
    expect(readGreeting(hex(said))).toEqual({ value: hex(answered), length: hex(said).length });
  });
  test.each(['05', '05 02 00', ''])('of "%s" the rest is awaited', (said) => {
    expect(readGreeting(hex(said))).toBe('more');
  });
  test.each(['05 01 02', '05 00', '04 01 00'])('%s is refused: no method that we have', (said) => {
    expect(readGreeting(hex(said))).toEqual({ wrong: hex('05 ff') });
  });
});

describe('request', () => {
  test.each([
    ['05 01 00 01 64 40 00 02 00 50', 'connect', '100.64.0.2', 80],
    ['05 01 00 03 05 73 71 6c 30 31 05 99', 'connect', 'sql01', 1433],
    [`05 01 00 04 fd00${'0000'.repeat(6)}0002 01bb`, 'connect', 'fd00::2', 443],
    ['05 03 00 01 00 00 00 00 00 00', 'associate', '0.0.0.0', 0],
  ])('%s', (said, command, host, port) => {
    const bytes = hex(said);
    expect(readRequest(Buffer.concat([bytes, hex('abcd')]))).toEqual({
      value: { command, target: { host, port } },
      length: bytes.length,
    });
    for (let length = 0; length < bytes.length; length++) expect(readRequest(bytes.subarray(0, length))).toBe('more');
  });
  test.each([
    ['05 02 00 01 64 40 00 02 00 50', REPLY.COMMAND_UNKNOWN],
    ['05 01 00 02 64 40 00 02 00 50', REPLY.ADDRESS_UNKNOWN],
    ['05 01 00 03 00 00 50', REPLY.ADDRESS_UNKNOWN],
    ['04 01 00 01 64 40 00 02 00 50', REPLY.FAILURE],
  ])('%s is refused with %i', (said, code) => {
    expect(readRequest(hex(said))).toEqual({ wrong: reply(code) });
  });
});

test('a reply is ten bytes, or twenty-two', () => {
  expect(reply(5)).toEqual(hex('05 05 00 01 00000000 0000'));
  expect(reply(0, { host: '::1', port: 0x1234 })).toEqual(hex(`05 00 00 04 ${'00'.repeat(15)}01 1234`));
});

test('a datagram comes out as it went in; fragments and stumps do not', () => {
  const from = { host: '100.64.0.2', port: 53 };
  expect(readDatagram(datagram(from, Buffer.from('x')))).toEqual({ target: from, payload: Buffer.from('x') });
  expect(readDatagram(hex('00 00 01 01 64 40 00 02 00 35 78'))).toBeUndefined();
  expect(readDatagram(hex('00 00 00 01 64 40'))).toBeUndefined();
  expect(readDatagram(hex('00 00'))).toBeUndefined();
});
