/**
 * What travels on the WebSocket between a machine and a relay, one frame a binary message. This file
 * is the specification. The relay sees these fields and sizes and nothing else.
 *
 *     type(1) peer(16) payload
 *
 * Login: GET /relay, subprotocol {@link RELAY_SUBPROTOCOL}, header `Authorization: Bearer <relay ticket>`.
 * After that, in any order:
 *
 *     DATA       machine → relay   peer = destination, payload = one tunnel message
 *                relay → machine   peer = source; the relay rewrites the field in place
 *     PEER_GONE  relay → machine   peer = whom a DATA frame could not reach, payload = reason(1)
 *     PING       either way        peer = zeros, payload = 8 bytes of the sender's choice
 *     PONG       either way        peer = zeros, payload = those 8 bytes
 *     NOTICE     relay → machine   peer = zeros, payload = code(1)
 *     TICKET     machine → relay   peer = zeros, payload = a fresh relay ticket, ASCII
 *
 * Types that a side does not know are ignored, and so are PEER_GONE and NOTICE with a code it does not know.
 * A frame over RELAY_FRAME_MAX_BYTES closes the connection
 * (WebSocket status 1009) before its payload is read; one too short for its type closes it with 1007.
 */
import { fromHex, toHex, utf8 } from './encoding.ts';
import { CausewayError } from './errors.ts';
import { ID_BYTES, type MachineId } from './ids.ts';
import { LIMITS } from './limits.ts';

export const RELAY_PATH = '/relay';
export const RELAY_SUBPROTOCOL = 'causeway-relay.1';

export const FRAME_TYPE = { DATA: 1, PEER_GONE: 2, PING: 3, PONG: 4, NOTICE: 5, TICKET: 6 } as const;
export type FrameType = (typeof FRAME_TYPE)[keyof typeof FRAME_TYPE];

export const PEER_AT = 1;
export const FRAME_HEADER_BYTES = PEER_AT + ID_BYTES;
export const PING_PAYLOAD_BYTES = 8;

/** Why a DATA frame came to nothing. */
export const GONE_REASON = { NOT_CONNECTED: 1, DISCONNECTED: 2 } as const;
export type GoneReason = keyof typeof GONE_REASON;

export const NOTICE_CODE = { RESTARTING: 1, RATE_LIMITED: 2, REPLACED: 3, TICKET_EXPIRED: 4 } as const;
export type NoticeCode = keyof typeof NOTICE_CODE;

export type Frame =
  /** `payload` is a view into the decoded bytes. */
  | { readonly type: 'data'; readonly peer: MachineId; readonly payload: Uint8Array }
  | { readonly type: 'peer-gone'; readonly peer: MachineId; readonly reason: GoneReason }
  | { readonly type: 'ping' | 'pong'; readonly payload: Uint8Array }
  | { readonly type: 'notice'; readonly code: NoticeCode }
  | { readonly type: 'ticket'; readonly ticket: string };

/** A type, reason or code of the future: ignored and counted, never an error that closes. */
export interface UnknownFrame {
  readonly type: 'unknown';
  readonly number: number;
}

/**
 * @throws CausewayError FRAME_TOO_LARGE, FRAME_MALFORMED
 */
export function decodeFrame(bytes: Uint8Array): Frame | UnknownFrame {
  if (bytes.length > LIMITS.RELAY_FRAME_MAX_BYTES.value) {
    throw new CausewayError('FRAME_TOO_LARGE', { size: bytes.length, cap: LIMITS.RELAY_FRAME_MAX_BYTES.value });
  }
  if (bytes.length < FRAME_HEADER_BYTES) throw new CausewayError('FRAME_MALFORMED');
  const payload = bytes.subarray(FRAME_HEADER_BYTES);
  switch (bytes[0]) {
    case FRAME_TYPE.DATA:
      if (payload.length === 0) throw new CausewayError('FRAME_MALFORMED');
      return { type: 'data', peer: peerOf(bytes), payload };
    case FRAME_TYPE.PEER_GONE: {
      const reason = named(GONE_REASON, payload);
      return reason === undefined ? unknown(bytes) : { type: 'peer-gone', peer: peerOf(bytes), reason };
    }
    case FRAME_TYPE.PING:
    case FRAME_TYPE.PONG:
      if (payload.length !== PING_PAYLOAD_BYTES) throw new CausewayError('FRAME_MALFORMED');
      return { type: bytes[0] === FRAME_TYPE.PING ? 'ping' : 'pong', payload };
    case FRAME_TYPE.NOTICE: {
      const code = named(NOTICE_CODE, payload);
      return code === undefined ? unknown(bytes) : { type: 'notice', code };
    }
    case FRAME_TYPE.TICKET:
      if (!isTicketText(payload)) throw new CausewayError('FRAME_MALFORMED');
      return { type: 'ticket', ticket: String.fromCharCode(...payload) };
    default:
      return unknown(bytes);
  }
}

/** @throws RangeError when a payload has no form that {@link decodeFrame} would read (a bug of the caller). */
export function encodeFrame(frame: Frame): Uint8Array {
  switch (frame.type) {
    case 'data':
      if (frame.payload.length === 0) throw new RangeError('empty payload');
      return assemble(FRAME_TYPE.DATA, frame.peer, frame.payload);
    case 'peer-gone':
      return assemble(FRAME_TYPE.PEER_GONE, frame.peer, Uint8Array.of(GONE_REASON[frame.reason]));
    case 'ping':
    case 'pong':
      if (frame.payload.length !== PING_PAYLOAD_BYTES) throw new RangeError('ping payload length');
      return assemble(frame.type === 'ping' ? FRAME_TYPE.PING : FRAME_TYPE.PONG, undefined, frame.payload);
    case 'notice':
      return assemble(FRAME_TYPE.NOTICE, undefined, Uint8Array.of(NOTICE_CODE[frame.code]));
    case 'ticket': {
      const payload = utf8(frame.ticket);
      if (!isTicketText(payload)) throw new RangeError('not a ticket');
      return assemble(FRAME_TYPE.TICKET, undefined, payload);
    }
  }
}

/** Writes a DATA header for `peer` (its 16 raw bytes) at the start of `target`, before the payload that is there already. */
export function writeDataHeader(target: Uint8Array, peer: Uint8Array): void {
  target[0] = FRAME_TYPE.DATA;
  target.set(peer, PEER_AT);
}

function peerOf(bytes: Uint8Array): MachineId {
  return toHex(bytes.subarray(PEER_AT, FRAME_HEADER_BYTES)) as MachineId;
}

function assemble(type: FrameType, peer: MachineId | undefined, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  bytes[0] = type;
  if (peer !== undefined) bytes.set(fromHex(peer), PEER_AT);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

function named<Names extends Record<string, number>>(names: Names, payload: Uint8Array): keyof Names | undefined {
  if (payload.length !== 1) throw new CausewayError('FRAME_MALFORMED');
  return Object.keys(names).find((name) => names[name] === payload[0]);
}

function isTicketText(payload: Uint8Array): boolean {
  return (
    payload.length > 0 &&
    payload.length <= LIMITS.GRANT_MAX_CHARACTERS.value &&
    payload.every((byte) => byte > 0x20 && byte < 0x7f)
  );
}

function unknown(bytes: Uint8Array): UnknownFrame {
  return { type: 'unknown', number: bytes[0] as number };
}
