/**
 * The place in a disk image for an activation file: one block of 4 KiB at the image's very beginning, which
 * its table of contents shows as the file beside the application (build/installers/dmg/). Written over in
 * place, with the same CRC-32 as before, so that the image's checksums hold. Pure.
 */
import { CASE_LETTERS, withCrc } from './same-crc.ts';

export const ACTIVATION_SLOT_BYTES = 4_096;
/** The letters behind it may change their case; a line that begins with # is for people. */
export const ACTIVATION_SLOT_START = '# Causeway activation file. Sum: ';

/** @returns a whole slot that holds the text of an activation file, padded with empty lines */
export function slotText(activation: string, crc: number): Uint8Array {
  const slot = Buffer.alloc(ACTIVATION_SLOT_BYTES, '\n');
  const text = `${ACTIVATION_SLOT_START}${'x'.repeat(CASE_LETTERS)}\n${activation}`;
  if (Buffer.byteLength(text) > slot.length) throw new RangeError('too long for the slot of an image');
  slot.write(text);
  return withCrc(slot, crc, ACTIVATION_SLOT_START.length);
}
