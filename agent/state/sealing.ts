/**
 * How private keys lie on the disk: on Linux as they are, in a file that only root can read; on Windows sealed
 * to the computer by its own data protection.
 */

/** @returns the text as it is to be stored */
export async function sealText(text: string, platform: NodeJS.Platform = process.platform): Promise<string> {
  if (platform !== 'win32') return text;
  const { seal } = await import('#native/windows/data-protection.ts');
  return JSON.stringify({ version: 1, sealed: Buffer.from(seal(Buffer.from(text))).toString('base64') });
}

/** @throws Error for what was sealed on another computer, or is no such text */
export async function unsealText(stored: string, platform: NodeJS.Platform = process.platform): Promise<string> {
  if (platform !== 'win32') return stored;
  const { unseal } = await import('#native/windows/data-protection.ts');
  const { sealed } = JSON.parse(stored) as { sealed?: unknown };
  if (typeof sealed !== 'string') throw new RangeError('the keys are not sealed');
  return Buffer.from(unseal(Buffer.from(sealed, 'base64'))).toString();
}
