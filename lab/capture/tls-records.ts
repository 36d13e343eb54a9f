/**
 * Whether bytes are a sequence of TLS records (RFC 8446 §5.1): type(1) version(2) length(2) fragment.
 */
const RECORD_HEADER_BYTES = 5;
/** 2^14 and the 256 that TLSCiphertext may add. */
const FRAGMENT_MAX_BYTES = 16_384 + 256;
const HANDSHAKE = 22;
const CONTENT_TYPES = new Set([20, 21, HANDSHAKE, 23]);

/**
 * Null when `bytes` are records from the first to the last, beginning with a handshake; else what is
 * wrong. The last record may be cut off, as it is when a connection ends in the middle.
 */
export function tlsFault(bytes: Buffer): string | null {
  for (let at = 0; at + RECORD_HEADER_BYTES <= bytes.length; ) {
    const type = bytes.readUInt8(at);
    const version = bytes.readUInt16BE(at + 1);
    const length = bytes.readUInt16BE(at + 3);
    if (at === 0 && type !== HANDSHAKE) return `the first record is not a handshake but ${type}`;
    if (!CONTENT_TYPES.has(type) || version < 0x0301 || version > 0x0303 || length > FRAGMENT_MAX_BYTES) {
      return `no TLS record at byte ${at}: ${bytes.toString('hex', at, at + RECORD_HEADER_BYTES)}`;
    }
    at += RECORD_HEADER_BYTES + length;
  }
  return null;
}
