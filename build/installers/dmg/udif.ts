/**
 * A disk image as macOS opens it (UDIF, "koly"), made of a raw one: compressed in pieces, with the table of
 * pieces as a property list behind them and a trailer at the end. Numbers are big-endian. Apple documents
 * none of it; this is what its own images have, and what dmg2img and 7-Zip read.
 *
 *     the slot, as it is | compressed pieces | property list | trailer (512)
 *
 * The slot is a part of the raw image that is not compressed and lies first in the file, so that whoever
 * hands the image out can write into it without reading anything. Pure.
 */
import { crc32, deflateSync } from 'node:zlib';

export interface Slot {
  /** Where in the raw image it begins; whole sectors. */
  readonly at: number;
  readonly bytes: number;
}

const SECTOR = 512;
/** As Apple's tools have it. */
const PIECE_BYTES = 512 * SECTOR;
const TYPE = { zero: 0, raw: 1, deflated: 0x80000005, end: 0xffffffff } as const;
const CRC32 = { type: 2, bits: 32 } as const;
const CHECKSUM_BYTES = 136;
const READABLE = 0x0050;

/** @throws RangeError when image or slot are not whole sectors */
export function udifOf(raw: Uint8Array, slot: Slot, level = 9): Buffer {
  if (raw.length % SECTOR !== 0 || slot.at % SECTOR !== 0 || slot.bytes % SECTOR !== 0)
    throw new RangeError('an image is made of whole sectors');
  const data: Uint8Array[] = [raw.subarray(slot.at, slot.at + slot.bytes)];
  let length = slot.bytes;
  const pieces: Piece[] = [];
  for (const [from, to] of partsAround(raw.length, slot)) {
    const content = raw.subarray(from, to);
    if (from === slot.at) {
      pieces.push({ type: TYPE.raw, from, to, offset: 0, length: slot.bytes });
    } else if (content.every((byte) => byte === 0)) {
      pieces.push({ type: TYPE.zero, from, to, offset: length, length: 0 });
    } else {
      const deflated = deflateSync(content, { level });
      pieces.push({ type: TYPE.deflated, from, to, offset: length, length: deflated.length });
      data.push(deflated);
      length += deflated.length;
    }
  }
  const fork = Buffer.concat(data);
  const sum = crc32(raw);
  const list = Buffer.from(propertyList(tableOf(pieces, raw.length, length, sum)));
  return Buffer.concat([fork, list, trailerOf(fork, list.length, raw.length, sum)]);
}

interface Piece {
  readonly type: number;
  /** In the raw image. */
  readonly from: number;
  readonly to: number;
  /** In the file. */
  readonly offset: number;
  readonly length: number;
}

/** Pieces of at most {@link PIECE_BYTES}, of which one is the slot. */
function* partsAround(end: number, slot: Slot): Generator<[number, number]> {
  for (const [from, to] of [
    [0, slot.at],
    [slot.at, slot.at + slot.bytes],
    [slot.at + slot.bytes, end],
  ] as const) {
    for (let at = from; at < to; at += PIECE_BYTES) yield [at, Math.min(at + PIECE_BYTES, to)];
  }
}

/** 204 bytes, and 40 for each piece. */
function tableOf(pieces: readonly Piece[], rawBytes: number, dataBytes: number, sum: number): Buffer {
  const entry = ({ type, from, to, offset, length }: Piece) => {
    const bytes = Buffer.alloc(40);
    bytes.writeUInt32BE(type, 0);
    bytes.writeBigUInt64BE(BigInt(from / SECTOR), 8);
    bytes.writeBigUInt64BE(BigInt((to - from) / SECTOR), 16);
    bytes.writeBigUInt64BE(BigInt(offset), 24);
    bytes.writeBigUInt64BE(BigInt(length), 32);
    return bytes;
  };
  const end: Piece = { type: TYPE.end, from: rawBytes, to: rawBytes, offset: dataBytes, length: 0 };
  const head = Buffer.alloc(204);
  head.write('mish', 0);
  head.writeUInt32BE(1, 4);
  head.writeBigUInt64BE(BigInt(rawBytes / SECTOR), 16);
  head.writeUInt32BE(PIECE_BYTES / SECTOR + 8, 32);
  checksum(sum).copy(head, 64);
  head.writeUInt32BE(pieces.length + 1, 200);
  return Buffer.concat([head, ...[...pieces, end].map(entry)]);
}

function checksum(sum: number): Buffer {
  const bytes = Buffer.alloc(CHECKSUM_BYTES);
  bytes.writeUInt32BE(CRC32.type, 0);
  bytes.writeUInt32BE(CRC32.bits, 4);
  bytes.writeUInt32BE(sum, 8);
  return bytes;
}

function propertyList(table: Buffer): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>resource-fork</key>
	<dict>
		<key>blkx</key>
		<array>
			<dict>
				<key>Attributes</key>
				<string>0x${READABLE.toString(16).padStart(4, '0')}</string>
				<key>CFName</key>
				<string>whole disk (Apple_HFS : 0)</string>
				<key>Data</key>
				<data>
${(table.toString('base64').match(/.{1,76}/g) ?? []).join('\n')}
				</data>
				<key>ID</key>
				<string>0</string>
				<key>Name</key>
				<string>whole disk (Apple_HFS : 0)</string>
			</dict>
		</array>
	</dict>
</dict>
</plist>
`;
}

function trailerOf(fork: Buffer, listBytes: number, rawBytes: number, sum: number): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('koly', 0);
  bytes.writeUInt32BE(4, 4);
  bytes.writeUInt32BE(512, 8);
  bytes.writeUInt32BE(1, 12);
  bytes.writeBigUInt64BE(BigInt(fork.length), 32);
  bytes.writeUInt32BE(1, 56);
  bytes.writeUInt32BE(1, 60);
  checksum(crc32(fork)).copy(bytes, 80);
  bytes.writeBigUInt64BE(BigInt(fork.length), 216);
  bytes.writeBigUInt64BE(BigInt(listBytes), 224);
  // Of all tables' sums; there is one.
  const sums = Buffer.alloc(4);
  sums.writeUInt32BE(sum);
  checksum(crc32(sums)).copy(bytes, 352);
  bytes.writeUInt32BE(1, 488);
  bytes.writeBigUInt64BE(BigInt(rawBytes / SECTOR), 492);
  return bytes;
}
