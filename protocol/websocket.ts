/**
 * WebSocket framing (RFC 6455 §5) of the relay connection: bytes in, whole messages out, and headers that
 * are written in front of a message where it lies. Knows no socket, no handshake (§4) and no extension.
 *
 * The control connection leaves this to a library. Here every byte that Causeway carries goes through twice
 * at the relay, so a message is neither copied behind its header nor, when it came in one piece, out of the
 * bytes that it came in.
 */
import { LIMITS } from './limits.ts';

export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** The longest header: two bytes, a 64-bit length, a mask. */
export const HEADER_ROOM_BYTES = 14;

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const MASK_BYTES = 4;
const SHORT_MAX = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
/** Control frames (§5.5): opcodes from here, payloads to SHORT_MAX. */
const FIRST_CONTROL = 8;

declare const ROOMY: unique symbol;
/**
 * A message with room before it in its ArrayBuffer for the header under which it will be sent: overwriting
 * that room must harm nobody. A message that a server took from a client has it, because the client's own
 * header, longer by the mask, stood there.
 */
export type RoomyMessage = Uint8Array & { readonly [ROOMY]: true };

/** Allocates `length` bytes, zeros, with room for any header. */
export function roomyBytes(length: number): RoomyMessage {
  return new Uint8Array(new ArrayBuffer(HEADER_ROOM_BYTES + length), HEADER_ROOM_BYTES) as RoomyMessage;
}

/** Says that `bytes`, a view, has HEADER_ROOM_BYTES before it that are nobody's: its maker knows. */
export function asRoomy(bytes: Uint8Array): RoomyMessage {
  return bytes as RoomyMessage;
}

export function copyWithRoom(message: Uint8Array): RoomyMessage {
  const copy = roomyBytes(message.length);
  copy.set(message);
  return copy;
}

/** A server's binary message with its header, ready to be written; a view into the message's own buffer. */
export function serverFrame(message: RoomyMessage): Uint8Array {
  return framed(message, OPCODE.BINARY, 0);
}

/** The same of a text message; its bytes are UTF-8 (§5.6). */
export function serverTextFrame(text: RoomyMessage): Uint8Array {
  return framed(text, OPCODE.TEXT, 0);
}

/**
 * A client's. The mask (§10.3) guards plaintext proxies against scripted browsers; inside our own TLS it
 * guards nothing, and one of zeros spares a pass over every byte.
 */
export function clientFrame(message: RoomyMessage): Uint8Array {
  return framed(message, OPCODE.BINARY, MASKED);
}

/** @param payload at most 125 bytes */
export function controlFrame(
  from: 'client' | 'server',
  opcode: typeof OPCODE.CLOSE | typeof OPCODE.PING | typeof OPCODE.PONG,
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  if (payload.length > SHORT_MAX) throw new RangeError('a control frame is short');
  return framed(copyWithRoom(payload), opcode, from === 'client' ? MASKED : 0);
}

/** Payload of a CLOSE frame (§5.5.1). */
export function closePayload(status: number): Uint8Array {
  return Uint8Array.of(status >> 8, status & 0xff);
}

/** The status in a CLOSE frame's payload; 1005 when it has none (§7.1.5). */
export function closeStatus(payload: Uint8Array): number {
  return payload.length < 2 ? 1005 : ((payload[0] as number) << 8) | (payload[1] as number);
}

function framed(message: RoomyMessage, opcode: number, masked: number): Uint8Array {
  const { length } = message;
  const extended = length <= SHORT_MAX ? 0 : length <= 0xffff ? 2 : 8;
  const header = 2 + extended + (masked === 0 ? 0 : MASK_BYTES);
  const frame = new Uint8Array(message.buffer, message.byteOffset - header, header + length);
  frame[0] = FIN | opcode;
  frame[1] = masked | (extended === 0 ? length : extended === 2 ? LENGTH_16 : LENGTH_64);
  if (extended === 8) {
    frame.fill(0, 2, 6);
    frame[6] = length >>> 24;
    frame[7] = length >>> 16;
  }
  if (extended > 0) {
    frame[extended] = length >>> 8;
    frame[extended + 1] = length;
  }
  if (masked !== 0) frame.fill(0, header - MASK_BYTES, header);
  return frame;
}

export interface MessageEvents {
  /** A whole binary message; the receiver owns the bytes, and the room before them when a server reads. */
  onMessage(message: RoomyMessage): void;
  /** PING, PONG or CLOSE; the payload is a view, valid during the call. */
  onControl(opcode: number, payload: Uint8Array): void;
  /** The other side broke the protocol or the cap; nothing after it is read. `status` is the one to close with. */
  onViolation(status: 1002 | 1007 | 1009): void;
}

export interface ReaderOptions {
  /** Who wrote what is read: a client must mask, a server must not (§5.1). */
  readonly from: 'client' | 'server';
  /** Whole messages; checked before a payload is read or memory taken for it. */
  readonly maxMessageBytes: number;
  /**
   * Memory for a message that comes in pieces, or from what is {@link lent}: `length` bytes behind HEADER_ROOM_BYTES that are nobody's.
   * {@link roomyBytes} unless given.
   */
  readonly allocate?: (length: number) => RoomyMessage;
  /** What is pushed is valid during the call only, so a message is copied even when it came in one piece. */
  readonly lent?: boolean;
}

/** Reads one connection. Call `push` with whatever arrives, cut anywhere. */
export class MessageReader {
  readonly #options: ReaderOptions;
  readonly #events: MessageEvents;
  readonly #allocate: (length: number) => RoomyMessage;
  /** The beginning of a header that was cut; most connections never have one. */
  #header: Uint8Array | undefined;
  #headerLength = 0;
  #failed = false;
  /** Of the frame being read. */
  #first = 0;
  #length = 0;
  #mask = 0;
  /** Its payload, filled up to #filled; undefined between frames. */
  #payload: RoomyMessage | undefined;
  #filled = 0;
  /** Earlier frames of a message in fragments. */
  #fragments: Uint8Array[] = [];

  constructor(options: ReaderOptions, events: MessageEvents) {
    this.#options = options;
    this.#events = events;
    this.#allocate = options.allocate ?? roomyBytes;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#failed; ) {
      at = this.#payload === undefined ? this.#readHeader(chunk, at) : this.#readPayload(chunk, at, this.#payload);
    }
  }

  /** @returns where to go on: behind the header, or behind the whole frame when all of it is there. */
  #readHeader(chunk: Uint8Array, at: number): number {
    if (this.#headerLength === 0) {
      const size = headerSize(chunk, at, chunk.length);
      if (size > 0) return this.#begin(chunk, at, size, chunk, at + size);
    }
    this.#header ??= new Uint8Array(HEADER_ROOM_BYTES);
    for (let next = at; next < chunk.length; ) {
      this.#header[this.#headerLength++] = chunk[next++] as number;
      const size = headerSize(this.#header, 0, this.#headerLength);
      if (size === 0) continue;
      this.#headerLength = 0;
      return this.#begin(this.#header, 0, size, chunk, next);
    }
    return chunk.length;
  }

  #begin(header: Uint8Array, at: number, size: number, chunk: Uint8Array, next: number): number {
    this.#first = header[at] as number;
    const second = header[at + 1] as number;
    const masked = (second & MASKED) !== 0;
    this.#length = lengthOf(header, at);
    this.#mask = masked ? uint32(header, at + size - MASK_BYTES) : 0;
    const violation = this.#violation(masked);
    if (violation !== undefined) {
      this.#failed = true;
      this.#events.onViolation(violation);
      return chunk.length;
    }
    const end = next + this.#length;
    // The room before it is the header that has just been read, unless a cut has left that elsewhere.
    const inPlace = end <= chunk.length && next - at === size && header === chunk;
    if (inPlace && (this.#options.lent !== true || isControl(this.#first))) {
      this.#complete(chunk.subarray(next, end) as RoomyMessage);
      return end;
    }
    this.#payload = this.#allocate(this.#length);
    this.#filled = 0;
    if (this.#length === 0) this.#readPayload(chunk, next, this.#payload);
    return next;
  }

  #violation(masked: boolean): 1002 | 1007 | 1009 | undefined {
    const opcode = this.#first & 0x0f;
    const final = (this.#first & FIN) !== 0;
    if ((this.#first & RESERVED) !== 0 || masked !== (this.#options.from === 'client')) return 1002;
    if (isControl(opcode)) {
      return opcode > OPCODE.PONG || !final || this.#length > SHORT_MAX ? 1002 : undefined;
    }
    if (opcode === OPCODE.TEXT) return 1007;
    const continues = opcode === OPCODE.CONTINUATION;
    if (opcode > OPCODE.BINARY || continues !== this.#fragments.length > 0) return 1002;
    const before = this.#fragments.reduce((sum, { length }) => sum + length, 0);
    if (before + this.#length > this.#options.maxMessageBytes) return 1009;
    return !final && this.#fragments.length + 1 >= LIMITS.WEBSOCKET_FRAGMENTS_MAX.value ? 1009 : undefined;
  }

  #readPayload(chunk: Uint8Array, at: number, payload: RoomyMessage): number {
    const take = Math.min(this.#length - this.#filled, chunk.length - at);
    payload.set(take === chunk.length ? chunk : chunk.subarray(at, at + take), this.#filled);
    this.#filled += take;
    if (this.#filled === this.#length) {
      this.#payload = undefined;
      this.#complete(payload);
    }
    return at + take;
  }

  #complete(payload: RoomyMessage): void {
    if (this.#mask !== 0) unmask(payload, this.#mask);
    const opcode = this.#first & 0x0f;
    if (isControl(opcode)) {
      this.#events.onControl(opcode, payload);
    } else if ((this.#first & FIN) === 0) {
      this.#fragments.push(new Uint8Array(payload));
    } else if (this.#fragments.length === 0) {
      this.#events.onMessage(payload);
    } else {
      const parts = [...this.#fragments, payload];
      this.#fragments = [];
      this.#events.onMessage(this.#join(parts));
    }
  }

  #join(parts: readonly Uint8Array[]): RoomyMessage {
    const message = this.#allocate(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      message.set(part, at);
      at += part.length;
    }
    return message;
  }
}

function isControl(first: number): boolean {
  return (first & 0x0f) >= FIRST_CONTROL;
}

/** Of the header at `at`; 0 when not all of it is there. */
function headerSize(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return 0;
  const second = bytes[at + 1] as number;
  const length = second & ~MASKED;
  const size = 2 + (length < LENGTH_16 ? 0 : length === LENGTH_16 ? 2 : 8) + ((second & MASKED) === 0 ? 0 : MASK_BYTES);
  return end - at < size ? 0 : size;
}

/** Infinity for a length of 2^32 and more. */
function lengthOf(header: Uint8Array, at: number): number {
  const length = (header[at + 1] as number) & ~MASKED;
  if (length < LENGTH_16) return length;
  if (length === LENGTH_16) return ((header[at + 2] as number) << 8) | (header[at + 3] as number);
  return uint32(header, at + 2) === 0 ? uint32(header, at + 6) : Number.POSITIVE_INFINITY;
}

function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

function unmask(payload: Uint8Array, mask: number): void {
  for (let at = 0; at < payload.length; at++)
    payload[at] = (payload[at] as number) ^ ((mask >>> (24 - 8 * (at & 3))) & 0xff);
}
