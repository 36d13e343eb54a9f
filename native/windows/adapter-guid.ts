/**
 * GUID of the adapter: the same for a name on every start and every computer, so that Windows takes the adapter
 * for the one it knew (its network's category, its metric) and does not call it "Network 2".
 */
import { createHash } from 'node:crypto';

/** A namespace of our own (RFC 9562 §6.6), made once at random. */
const NAMESPACE = '2d7a1c0e-6f43-4b58-9a51-c0a7e3d1f7b4';

/** Name-based, version 5 (RFC 9562 §5.5), as `6c1f…-…`. */
export function adapterGuid(name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  hash[6] = ((hash[6] as number) & 0x0f) | 0x50;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** struct GUID (guiddef.h): the first three parts as numbers in the machine's byte order, the rest as it is. */
export function guidBytes(guid: string): Uint8Array {
  const bytes = Buffer.from(guid.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
