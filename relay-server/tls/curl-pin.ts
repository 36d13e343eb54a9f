/**
 * The pin of the server's key in the form that curl and wget know.
 */
import type { ServerPin } from '#protocol/ids.ts';

/** For `--pinnedpubkey`: the same hash, base64 with padding. */
export function curlPin(pin: ServerPin | string): string {
  return `sha256//${pin.replaceAll('-', '+').replaceAll('_', '/')}=`;
}
