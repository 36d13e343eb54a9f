/** GUIDs that follow from names, so that the same source has the same (RFC 9562 §5.5, version 5). Pure. */
import { createHash } from 'node:crypto';

/** Of this product; never to be changed: by the GUIDs below it Windows knows what belongs together. */
const NAMESPACE = Buffer.from('6f0b0f4c5d3c4a8e9a5cb1ca5e0a11ed', 'hex');

/** @returns as Windows writes them, without braces */
export function guidOf(...names: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha1').update(NAMESPACE);
  for (const name of names) hash.update(name);
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
