/**
 * The handshake's messages and payloads, to bytes and back; their layouts are in
 * protocol/tunnel-messages.ts. Decides nothing.
 */
import { concatBytes, utf8 } from '#protocol/encoding.ts';
import { FRAME_HEADER_BYTES, writeDataHeader } from '#protocol/frames.ts';
import { LIMITS } from '#protocol/limits.ts';
import { CIPHER_BIT, type DataCipher, type TUNNEL_MESSAGE, TUNNEL_VERSION } from '#protocol/tunnel-messages.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import { parseProtocolName, type Suite } from './noise/suite.ts';

/** X25519 and ML-KEM-768 together: recorded traffic stays closed to a later quantum computer. */
export const TUNNEL_SUITE: Suite = parseProtocolName('Noise_IKhfs_25519+MLKEM768_AESGCM_SHA256');

const TIMESTAMP_AT = 1;
const CIPHERS_AT = 9;
const GRANT_AT = 10;
const ANSWER_BYTES = 2;

/** What the initiator says inside message 1. */
export interface Offer {
  /** Milliseconds of the Unix epoch; greater in each handshake. */
  readonly timestamp: number;
  /** CIPHER_BITs. */
  readonly ciphers: number;
  readonly grant: string;
}

/** @param initiator 16 raw bytes, as `responder`. */
export function tunnelPrologue(initiator: Uint8Array, responder: Uint8Array): Uint8Array {
  return concatBytes(utf8('causeway tunnel v1\0'), initiator, responder);
}

export function encodeOffer(offer: Offer): Uint8Array {
  const head = new Uint8Array(GRANT_AT);
  head[0] = TUNNEL_VERSION;
  new DataView(head.buffer).setBigUint64(TIMESTAMP_AT, BigInt(offer.timestamp));
  head[CIPHERS_AT] = offer.ciphers;
  return concatBytes(head, utf8(offer.grant));
}

/** @returns undefined for another version or shape. */
export function decodeOffer(payload: Uint8Array): Offer | undefined {
  if (payload.length <= GRANT_AT || payload[0] !== TUNNEL_VERSION) return undefined;
  if (payload.length > GRANT_AT + LIMITS.GRANT_MAX_CHARACTERS.value) return undefined;
  const timestamp = new DataView(payload.buffer, payload.byteOffset).getBigUint64(TIMESTAMP_AT);
  if (timestamp > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return {
    timestamp: Number(timestamp),
    ciphers: payload[CIPHERS_AT] as number,
    grant: new TextDecoder('latin1').decode(payload.subarray(GRANT_AT)),
  };
}

export function encodeAnswer(cipher: DataCipher): Uint8Array {
  return Uint8Array.of(TUNNEL_VERSION, CIPHER_BIT[cipher]);
}

/** @returns undefined for another version, and for what is not exactly one known cipher. */
export function decodeAnswer(payload: Uint8Array): DataCipher | undefined {
  if (payload.length !== ANSWER_BYTES || payload[0] !== TUNNEL_VERSION) return undefined;
  return (Object.keys(CIPHER_BIT) as DataCipher[]).find((cipher) => CIPHER_BIT[cipher] === payload[1]);
}

/** A relay frame with a message that is not DATA: its type, its indexes, the rest. */
export function controlFrame(
  peer: Uint8Array,
  type: (typeof TUNNEL_MESSAGE)[Exclude<keyof typeof TUNNEL_MESSAGE, 'DATA'>],
  indexes: readonly number[],
  rest: Uint8Array = new Uint8Array(0),
): RoomyMessage {
  const head = new Uint8Array(FRAME_HEADER_BYTES + 1 + 4 * indexes.length);
  writeDataHeader(head, peer);
  head[FRAME_HEADER_BYTES] = type;
  const view = new DataView(head.buffer);
  indexes.forEach((index, place) => {
    view.setUint32(FRAME_HEADER_BYTES + 1 + 4 * place, index);
  });
  return copyWithRoom(concatBytes(head, rest));
}

/** Big-endian; the caller has checked that it is there. */
export function readIndex(message: Uint8Array, at: number): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(at);
}
