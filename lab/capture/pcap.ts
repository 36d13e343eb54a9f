/**
 * The classic capture file (pcap-savefile(5)), little-endian, microseconds, Ethernet. Pure bytes.
 *
 *     file     magic(4) = a1b2c3d4 · major(2) = 2 · minor(2) = 4 · zone(4) · sigfigs(4) · snaplen(4) · linktype(4) = 1
 *     packet   seconds(4) · microseconds(4) · captured(4) · original(4) · bytes
 */
const MAGIC = 0xa1b2c3d4;
const HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const SNAPLEN = 262_144;
const LINKTYPE_ETHERNET = 1;

export function pcapHeader(): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAPLEN, 16);
  header.writeUInt32LE(LINKTYPE_ETHERNET, 20);
  return header;
}

export function pcapRecord(packet: Uint8Array, atMs: number): Buffer {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header.writeUInt32LE(Math.floor(atMs / 1000), 0);
  header.writeUInt32LE((atMs % 1000) * 1000, 4);
  header.writeUInt32LE(packet.length, 8);
  header.writeUInt32LE(packet.length, 12);
  return Buffer.concat([header, packet]);
}

/**
 * The packets of a capture, oldest first, as views of `file`.
 * @throws RangeError when it is no such file or ends inside a packet
 */
export function* pcapPackets(file: Buffer): Generator<Buffer> {
  if (file.length < HEADER_BYTES || file.readUInt32LE(0) !== MAGIC) throw new RangeError('not a pcap file');
  for (let at = HEADER_BYTES; at < file.length; ) {
    const end = at + RECORD_HEADER_BYTES + file.readUInt32LE(at + 8);
    if (end > file.length) throw new RangeError('the capture ends inside a packet');
    yield file.subarray(at + RECORD_HEADER_BYTES, end);
    at = end;
  }
}
