import { describe, expect, it } from 'vitest';
import {
  errorAnswer,
  instanceIn,
  MessageReader,
  PACKET,
  packets,
  parseLogin,
  preloginAnswer,
  queryIn,
  rowsAnswer,
} from './tabular-data.ts';

/** The example of [MS-TDS] §4.1, whose instance is empty. */
const PRELOGIN = '1201002f0000010000001a00060100200001020021000103002200040400260001ff090000000000010000b80d000001';

describe('the reader of messages', () => {
  it('joins what was cut anywhere', () => {
    const stream = packets(Buffer.alloc(9000, 7));
    for (const step of [1, 7, 4096, 9999]) {
      const reader = new MessageReader();
      const messages = [];
      for (let at = 0; at < stream.length; at += step) messages.push(...reader.take(stream.subarray(at, at + step)));
      expect(messages).toEqual([{ type: PACKET.answer, data: Buffer.alloc(9000, 7) }]);
    }
  });

  it('gives several messages of one piece', () => {
    const two = Buffer.concat([packets(Buffer.from('a')), packets(Buffer.from('b'))]);
    expect(new MessageReader().take(two).map(({ data }) => data.toString())).toEqual(['a', 'b']);
  });

  it('refuses a packet shorter than its header, and a message without end', () => {
    expect(() => new MessageReader().take(Buffer.from('1201000700000100', 'hex'))).toThrow(/shorter/);
    const reader = new MessageReader();
    const more = Buffer.alloc(0x8000);
    more.set([1, 0, 0x80, 0]);
    expect(() => Array.from({ length: 9 }, () => reader.take(more))).toThrow(/longer/);
  });
});

describe('PRELOGIN', () => {
  it('of the specification is read', () => {
    const [message] = new MessageReader().take(Buffer.from(PRELOGIN, 'hex'));
    expect(message?.type).toBe(PACKET.prelogin);
    expect(instanceIn(message?.data ?? Buffer.alloc(0))).toBe('');
  });

  it('says which instance is meant', () => {
    expect(instanceIn(Buffer.concat([Buffer.from('0200060006ff', 'hex'), Buffer.from('INST2\0')]))).toBe('INST2');
  });

  it('is answered with version, no encryption and the verdict on the instance', () => {
    expect(preloginAnswer('16.0.1000.6', true).toString('hex')).toBe(
      '000010000601001600010200170001ff100003e800060200',
    );
    expect(preloginAnswer('16.0.1000.6', false).at(-1)).toBe(1);
  });
});

describe('LOGIN7', () => {
  const fields = { 40: 'shop', 44: 'geheim', 68: 'postgres' } as const;

  function login(): Buffer {
    const head = Buffer.alloc(94);
    head.writeUInt32LE(0x74000004, 4);
    let data = Buffer.alloc(0);
    for (const [at, text] of Object.entries(fields)) {
      head.writeUInt16LE(head.length + data.length, Number(at));
      head.writeUInt16LE(text.length, Number(at) + 2);
      const bytes = Buffer.from(text, 'utf16le');
      const hidden = at === '44' ? bytes.map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5) : bytes;
      data = Buffer.concat([data, hidden]);
    }
    return Buffer.concat([head, data]);
  }

  it('gives name, password and database', () => {
    expect(parseLogin(login())).toEqual({
      version: 0x74000004,
      user: 'shop',
      password: 'geheim',
      database: 'postgres',
    });
  });

  it('that points outside of itself is refused', () => {
    const cut = login().subarray(0, -2);
    expect(() => parseLogin(cut)).toThrow(RangeError);
    expect(() => parseLogin(Buffer.alloc(50))).toThrow(RangeError);
  });
});

it('a batch is read behind its headers', () => {
  const headers = Buffer.from('16000000120000000200000000000000000001000000', 'hex');
  expect(queryIn(Buffer.concat([headers, Buffer.from('select 1', 'utf16le')]))).toBe('select 1');
});

it('a row is its values, and nothing where there is none', () => {
  const answer = rowsAnswer(['a', 'b'], [['ü', null]]);
  const row = answer.subarray(answer.indexOf(0xd1), -13);
  expect(row.toString('hex')).toBe('d10200fc00ffff');
  expect(answer.subarray(-13).toString('hex')).toBe('fd100000000100000000000000');
});

it('a value longer than NVARCHAR(4000) is refused, not cut', () => {
  expect(() => rowsAnswer(['a'], [['x'.repeat(4001)]])).toThrow(RangeError);
});

it('an error carries number, class and text', () => {
  const answer = errorAnswer(18456, 14, 'No.', 'S');
  expect(answer.subarray(0, 17).toString('hex')).toBe('aa160018480000010e03004e006f002e00');
});
