/**
 * As much of the Tabular Data Stream as a server needs to let a client of SQL Server in and answer its
 * queries with rows of text ([MS-TDS] §2.2). Lengths in a packet's header and in PRELOGIN are big-endian,
 * all others little-endian; texts are UTF-16. Pure; knows no sockets and no database.
 *
 *     packet    type(1) status(1) length(2) spid(2) number(1) window(1) data; status 1 ends the message
 */

export const PACKET = { batch: 0x01, answer: 0x04, attention: 0x06, login: 0x10, prelogin: 0x12 } as const;

export interface Message {
  readonly type: number;
  readonly data: Buffer;
}

export interface Login {
  /** 0x74000004 for version 7.4. */
  readonly version: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const HEADER_BYTES = 8;
/** What every client reads before another size is agreed upon, which here never happens. */
const PACKET_BYTES = 4096;
/** More than any login or query of the lab; a client that sends more is cut off. */
const MESSAGE_MAX_BYTES = 256 * 1024;
const LAST = 0x01;
/** Servers give every session a number over 50; the client reads it off the header. */
const SESSION = 51;
const OPTION = { version: 0, encryption: 1, instance: 2, end: 0xff } as const;
const ENCRYPTION_NOT_SUPPORTED = 2;
const TOKEN = { columns: 0x81, error: 0xaa, loginAck: 0xad, row: 0xd1, change: 0xe3, done: 0xfd } as const;
const NVARCHAR = 0xe7;
const NVARCHAR_MAX_BYTES = 8000;
const NULL_LENGTH = 0xffff;
/** SQL_Latin1_General_CP1_CI_AS, the usual one. */
const COLLATION = Buffer.from('0904d00034', 'hex');
const DONE = { final: 0, error: 2, count: 0x10 } as const;

/** Joins packets to messages, however the stream was cut. Throws at what is no packet. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);
  #data: Buffer[] = [];

  /** @throws Error after which the connection can only be closed */
  take(chunk: Buffer): Message[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const messages: Message[] = [];
    while (this.#pending.length >= HEADER_BYTES) {
      const length = this.#pending.readUInt16BE(2);
      if (length < HEADER_BYTES) throw new Error('a packet is shorter than its header');
      if (this.#pending.length < length) break;
      const [type = 0, status = 0] = this.#pending;
      this.#data.push(this.#pending.subarray(HEADER_BYTES, length));
      this.#pending = this.#pending.subarray(length);
      if (this.#data.reduce((sum, { length: bytes }) => sum + bytes, 0) > MESSAGE_MAX_BYTES) {
        throw new Error(`a message is longer than ${MESSAGE_MAX_BYTES} bytes`);
      }
      if ((status & LAST) === 0) continue;
      messages.push({ type, data: Buffer.concat(this.#data) });
      this.#data = [];
    }
    return messages;
  }
}

/** The bytes of one answer, in as many packets as it takes. */
export function packets(data: Buffer): Buffer {
  const room = PACKET_BYTES - HEADER_BYTES;
  const count = Math.max(1, Math.ceil(data.length / room));
  const parts = Array.from({ length: count }, (_, index) => {
    const part = data.subarray(index * room, (index + 1) * room);
    const header = Buffer.from([
      PACKET.answer,
      index === count - 1 ? LAST : 0,
      0,
      0,
      0,
      SESSION,
      (index + 1) & 0xff,
      0,
    ]);
    header.writeUInt16BE(HEADER_BYTES + part.length, 2);
    return Buffer.concat([header, part]);
  });
  return Buffer.concat(parts);
}

/** The instance that a client means to have reached, from its PRELOGIN (§2.2.6.5); '' if it does not say. */
export function instanceIn(prelogin: Buffer): string {
  for (let at = 0; prelogin[at] !== undefined && prelogin[at] !== OPTION.end; at += 5) {
    if (prelogin[at] !== OPTION.instance) continue;
    const [offset, length] = [prelogin.readUInt16BE(at + 1), prelogin.readUInt16BE(at + 3)];
    return prelogin
      .subarray(offset, offset + length)
      .toString('latin1')
      .replace(/\0.*$/s, '');
  }
  return '';
}

/** A server's PRELOGIN: its version, no encryption of its own, and whether the instance is the one meant. */
export function preloginAnswer(version: string, rightInstance: boolean): Buffer {
  const values = [
    [OPTION.version, versionBytes(version)],
    [OPTION.encryption, Buffer.from([ENCRYPTION_NOT_SUPPORTED])],
    [OPTION.instance, Buffer.from([rightInstance ? 0 : 1])],
  ] as const;
  let offset = values.length * 5 + 1;
  const options = values.map(([option, value]) => {
    const entry = Buffer.from([option, 0, 0, 0, value.length]);
    entry.writeUInt16BE(offset, 1);
    offset += value.length;
    return entry;
  });
  return Buffer.concat([...options, Buffer.from([OPTION.end]), ...values.map(([, value]) => value)]);
}

/** LOGIN7 (§2.2.6.4). @throws RangeError when it points outside of itself */
export function parseLogin(data: Buffer): Login {
  const field = (at: number) => {
    const [offset, characters] = [data.readUInt16LE(at), data.readUInt16LE(at + 2)];
    if (offset + 2 * characters > data.length) throw new RangeError('a field of the login is outside of it');
    return data.subarray(offset, offset + 2 * characters);
  };
  // Every byte has its halves exchanged and is then XORed with 0xA5: no secret, only not to be read by eye.
  const password = Buffer.from(field(44).map((byte) => (((byte ^ 0xa5) << 4) | ((byte ^ 0xa5) >> 4)) & 0xff));
  return {
    version: data.readUInt32LE(4),
    user: field(40).toString('utf16le'),
    password: password.toString('utf16le'),
    database: field(68).toString('utf16le'),
  };
}

/** The text of a batch, behind its headers, which say how long they are (§2.2.6.7). */
export function queryIn(batch: Buffer): string {
  return batch.subarray(batch.readUInt32LE(0)).toString('utf16le');
}

export function loginAnswer(login: Login, server: string, version: string): Buffer {
  const tds = Buffer.alloc(4);
  tds.writeUInt32BE(login.version);
  const database = Buffer.concat([Buffer.from([1]), shortText(login.database), shortText('')]);
  const ack = Buffer.concat([Buffer.from([1]), tds, shortText(server), versionBytes(version).subarray(0, 4)]);
  return Buffer.concat([sized(TOKEN.change, database), sized(TOKEN.loginAck, ack), done(DONE.final, 0)]);
}

/** Number and class as SQL Server has them: 18456 and 14 for a login that failed. */
export function errorAnswer(number: number, severity: number, text: string, server: string): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(number);
  head.set([1, severity], 4);
  const body = Buffer.concat([head, longText(text), shortText(server), shortText(''), Buffer.from([1, 0, 0, 0])]);
  return Buffer.concat([sized(TOKEN.error, body), done(DONE.error, 0)]);
}

/** @throws RangeError for a value that a plain NVARCHAR can not hold */
export function rowsAnswer(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): Buffer {
  const meta = columns.map((name) =>
    Buffer.concat([Buffer.from([0, 0, 0, 0, 1, 0, NVARCHAR]), uint16(NVARCHAR_MAX_BYTES), COLLATION, shortText(name)]),
  );
  const head = Buffer.concat([Buffer.from([TOKEN.columns]), uint16(columns.length), ...meta]);
  const body = rows.map((row) => Buffer.concat([Buffer.from([TOKEN.row]), ...row.map(valueBytes)]));
  return Buffer.concat([...(columns.length > 0 ? [head] : []), ...body, done(DONE.count, rows.length)]);
}

function valueBytes(value: string | null): Buffer {
  if (value === null) return uint16(NULL_LENGTH);
  const bytes = Buffer.from(value, 'utf16le');
  if (bytes.length > NVARCHAR_MAX_BYTES) throw new RangeError(`a value is longer than ${NVARCHAR_MAX_BYTES} bytes`);
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function done(status: number, count: number): Buffer {
  const token = Buffer.alloc(13);
  token[0] = TOKEN.done;
  token.writeUInt16LE(status, 1);
  token.writeBigUInt64LE(BigInt(count), 5);
  return token;
}

function sized(token: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([token]), uint16(body.length), body]);
}

/** Preceded by its number of characters, in one byte. */
function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'utf16le')]);
}

function longText(text: string): Buffer {
  return Buffer.concat([uint16(text.length), Buffer.from(text, 'utf16le')]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** `16.0.1000.6` as major, minor, build and sub-build, the last two big-endian and of two bytes. */
function versionBytes(version: string): Buffer {
  const [major = 0, minor = 0, build = 0, subBuild = 0] = version.split('.').map(Number);
  const bytes = Buffer.from([major, minor, 0, 0, 0, 0]);
  bytes.writeUInt16BE(build, 2);
  bytes.writeUInt16BE(subBuild, 4);
  return bytes;
}
