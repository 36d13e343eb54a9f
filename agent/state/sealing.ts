/**
 * How private keys lie on the disk: on Linux as they are, in a file that only root can read; on Windows sealed to
 * the computer by its own data protection; on macOS sealed by a key of the System Keychain, where root runs the agent.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A way to seal bytes, named in what was sealed by it. */
interface Sealing {
  seal(bytes: Uint8Array): Promise<Uint8Array>;
  /** @throws Error for what was sealed elsewhere, or changed */
  unseal(bytes: Uint8Array): Promise<Uint8Array>;
}

/** @returns the text as it is to be stored @throws CausewayError KEYCHAIN_REFUSED */
export async function sealText(text: string): Promise<string> {
  const sealing = await ownSealing();
  if (sealing === undefined) return text;
  const sealed = await sealing.seal(Buffer.from(text));
  return JSON.stringify({ version: 1, sealed: Buffer.from(sealed).toString('base64') });
}

/**
 * @throws CausewayError KEYCHAIN_REFUSED
 * @throws Error for what was sealed on another computer, or is no such text
 */
export async function unsealText(stored: string): Promise<string> {
  const sealing = await ownSealing();
  if (sealing === undefined) return stored;
  const { sealed } = JSON.parse(stored) as { sealed?: unknown };
  if (typeof sealed !== 'string') throw new RangeError('the keys are not sealed');
  return Buffer.from(await sealing.unseal(Buffer.from(sealed, 'base64'))).toString();
}

async function ownSealing(): Promise<Sealing | undefined> {
  if (process.platform === 'win32') {
    const { seal, unseal } = await import('#native/windows/data-protection.ts');
    return { seal: async (bytes) => seal(bytes), unseal: async (bytes) => unseal(bytes) };
  }
  // Without root there is no adapter, and no right to that keychain.
  if (process.platform !== 'darwin' || process.geteuid?.() !== 0) return undefined;
  const { findSealingKey, makeSealingKey } = await import('../os/macos/keychain.ts');
  return keyedSealing({ find: findSealingKey, make: makeSealingKey });
}

const CIPHER = 'aes-256-gcm';
const [NONCE_BYTES, TAG_BYTES] = [12, 16];

/** Nonce, tag and ciphertext. The nonce is random, and a computer seals a few times in its life. */
export function keyedSealing(key: { find(): Promise<Uint8Array | undefined>; make(): Promise<Uint8Array> }): Sealing {
  return {
    async seal(bytes) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, await key.make(), nonce);
      const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
    },
    async unseal(bytes) {
      const found = await key.find();
      if (found === undefined) throw new RangeError('this computer has no key that the keys could be sealed by');
      const decipher = createDecipheriv(CIPHER, found, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}
