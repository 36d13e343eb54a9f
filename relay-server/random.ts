/**
 * Randomness as a parameter, so that tests may repeat it. Knows nothing of what the bytes become.
 */
import { randomBytes } from 'node:crypto';
import { toHex } from '#protocol/encoding.ts';
import { ID_BYTES } from '#protocol/ids.ts';

/** Answers that many unpredictable bytes. */
export type Random = (bytes: number) => Uint8Array;

/** A plain copy: Node's pooled buffers would keep a whole pool alive for each id. */
export const systemRandom: Random = (bytes) => Uint8Array.from(randomBytes(bytes));

/** A new identifier, 32 hex digits; the caller brands it. */
export function newId<Id extends string>(random: Random): Id {
  return toHex(random(ID_BYTES)) as Id;
}
