/**
 * An installer with an activation token in it, made of the one that is there for everybody while it is
 * sent: a few bytes in front, or a name. What is signed stays as it was signed.
 *
 *     archive   in front, a compressed file of its own that tar takes for the archive's first
 *     deb       among the control files, which are in front and not compressed
 *     dmg       in the place of the activation file that every image brings, which lies in front
 *     msi       in the name of the file: Windows tells it to the installer, and no byte is changed
 */
import type { FileHandle } from 'node:fs/promises';
import { crc32, gzipSync } from 'node:zlib';
import { activationFileText } from '#protocol/activation-file.ts';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { DEB_HEAD_BYTES, debWithActivation } from './deb-token.ts';
import { ACTIVATION_SLOT_BYTES, ACTIVATION_SLOT_START, slotText } from './dmg-slot.ts';
import type { Download } from './downloads.ts';
import { tarFile } from './tar-file.ts';

export interface Personal {
  /** Under which it is to be saved. */
  readonly fileName: string;
  /** Sent first. */
  readonly head: Uint8Array;
  /** From where on the file itself is sent. */
  readonly from: number;
  /** Of all that is sent. */
  readonly bytes: number;
}

export interface ForWhom {
  readonly token: string;
  /** Name of the subscription, for people. */
  readonly subscription: string;
}

/** Where an unpacked archive has it (build/linux/install.sh). */
const IN_ARCHIVE = 'causeway/activation.causeway';
const ROOT_ONLY = 0o600;

/** @throws CausewayError INSTALLER_WITHOUT_PLACE, INSTALLER_NAME_TOO_LONG */
export async function personal(
  file: Download,
  handle: FileHandle,
  { token, subscription }: ForWhom,
): Promise<Personal> {
  const text = activationFileText(token, subscription);
  const plain = { fileName: file.file, head: new Uint8Array(), from: 0, bytes: file.bytes };
  const withHead = (head: Uint8Array, from: number): Personal => {
    return { ...plain, head, from, bytes: head.length + file.bytes - from };
  };
  switch (file.kind) {
    case 'msi': {
      const fileName = file.file.replace(/\.msi$/, `.${token}.msi`);
      if (fileName.length <= LIMITS.INSTALLER_NAME_MAX_CHARACTERS.value) return { ...plain, fileName };
      throw new CausewayError('INSTALLER_NAME_TOO_LONG', { file: file.file });
    }
    case 'archive':
      return withHead(
        gzipSync(Buffer.concat(tarFile({ path: IN_ARCHIVE, content: Buffer.from(text), mode: ROOT_ONLY }))),
        0,
      );
    case 'deb': {
      const made = debWithActivation(await startOf(handle, DEB_HEAD_BYTES), text);
      if (made === undefined) break;
      return withHead(made.head, made.replaces);
    }
    case 'dmg': {
      const slot = await startOf(handle, ACTIVATION_SLOT_BYTES);
      if (!slot.subarray(0, ACTIVATION_SLOT_START.length).equals(Buffer.from(ACTIVATION_SLOT_START))) break;
      return withHead(slotText(text, crc32(slot)), ACTIVATION_SLOT_BYTES);
    }
  }
  throw new CausewayError('INSTALLER_WITHOUT_PLACE', { file: file.file });
}

async function startOf(handle: FileHandle, most: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
  return buffer.subarray(0, bytesRead);
}
