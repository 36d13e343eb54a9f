/**
 * The records inside a DATA message; their layout is in protocol/tunnel-messages.ts. Bytes only: what a
 * record leads to is decided elsewhere.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  ARRIVED_BYTES,
  INDEX_BYTES,
  OFFLOAD_HEADER_BYTES,
  RECORD,
  RECORD_HEADER_BYTES,
} from '#protocol/tunnel-messages.ts';

export interface TunnelRecord {
  /** One of RECORD, or a number of a later version. */
  readonly type: number;
  /** A view into the plaintext. */
  readonly body: Uint8Array;
}

/** Writes type(1) length(3); returns the index behind it. */
export function writeRecordHeader(target: Uint8Array, at: number, type: number, length: number): number {
  target[at] = type;
  target[at + 1] = length >>> 16;
  target[at + 2] = length >>> 8;
  target[at + 3] = length;
  return at + RECORD_HEADER_BYTES;
}

/** A message with one record and nothing else. */
export function encodeRecord(type: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + body.length);
  bytes.set(body, writeRecordHeader(bytes, 0, type, body.length));
  return bytes;
}

/** What has arrived of a session: the index by which the peer addresses it, and the greatest counter. */
export interface Arrived {
  readonly index: number;
  readonly counter: number;
}

/** The whole record. */
export function arrivedRecord({ index, counter }: Arrived): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER_BYTES + ARRIVED_BYTES);
  const body = writeRecordHeader(record, 0, RECORD.ARRIVED, ARRIVED_BYTES);
  write32(record, body, index);
  // The upper half is zeros: no session sends 2^32 messages (REJECT_AFTER_MESSAGES).
  write32(record, body + INDEX_BYTES + 4, counter);
  return record;
}

/** @returns undefined for a body of another length, or a counter beyond all that can be */
export function parseArrived(body: Uint8Array): Arrived | undefined {
  if (body.length !== ARRIVED_BYTES) return undefined;
  const view = new DataView(body.buffer, body.byteOffset);
  if (view.getUint32(INDEX_BYTES) !== 0) return undefined;
  return { index: view.getUint32(0), counter: view.getUint32(INDEX_BYTES + 4) };
}

/** Records in order, or undefined when the plaintext ends inside one. */
export function parseRecords(plaintext: Uint8Array): TunnelRecord[] | undefined {
  const records: TunnelRecord[] = [];
  let at = 0;
  while (at < plaintext.length) {
    if (at + RECORD_HEADER_BYTES > plaintext.length) return undefined;
    const length =
      ((plaintext[at + 1] as number) << 16) | ((plaintext[at + 2] as number) << 8) | (plaintext[at + 3] as number);
    const start = at + RECORD_HEADER_BYTES;
    if (start + length > plaintext.length) return undefined;
    records.push({ type: plaintext[at] as number, body: plaintext.subarray(start, start + length) });
    at = start + length;
  }
  return records;
}

/** The record that carries an adapter packet: without the offload header when that is all zeros. */
export function packetRecord(packet: AdapterPacket): TunnelRecord {
  for (let at = 0; at < OFFLOAD_HEADER_BYTES; at++) {
    if (packet[at] !== 0) return { type: RECORD.OFFLOADED, body: packet };
  }
  return { type: RECORD.PACKET, body: packet.subarray(OFFLOAD_HEADER_BYTES) };
}

function write32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Whether `packet` holds an IP packet of a size that can exist. */
export function isCarriable(packet: AdapterPacket): boolean {
  return packet.length > OFFLOAD_HEADER_BYTES && packet.length <= OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value;
}
