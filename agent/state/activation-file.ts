/**
 * What the machine learnt when it was activated, and what its owner wants of it: `activation.json`.
 * No secrets in it; the keys are in identity.json.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { selfFacts } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import { serverPin, signingPublicKey } from '#protocol/ids.ts';
import { lockClaims } from '#protocol/lock/statement.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';

const activationFile = z.object({
  version: z.literal(1),
  /** Origin of the relay server. */
  server: z.string().max(300),
  pin: serverPin,
  /** Verifies grants. */
  grantKey: signingPublicKey,
  self: selfFacts,
  /** The lock of the subscription as far as this machine has followed it; a server can not take it back. */
  lock: z
    .object({ sequence: z.int().positive(), held: lockClaims.nullable(), signer: signingPublicKey.optional() })
    .optional(),
  /** Whether the owner wants the machine connected: survives restarts. */
  wanted: z.enum(['up', 'down']),
});
export type Activation = Omit<z.infer<typeof activationFile>, 'version'>;

/**
 * @returns undefined while the machine is not activated.
 * @throws CausewayError STATE_CORRUPT
 */
export async function loadActivation(directory: string): Promise<Activation | undefined> {
  const path = pathIn(directory);
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { version: _, ...activation } = activationFile.parse(JSON.parse(text));
    return activation;
  } catch (cause) {
    throw new CausewayError('STATE_CORRUPT', { path }, { cause });
  }
}

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY */
export async function saveActivation(directory: string, activation: Activation): Promise<void> {
  await writeDurably(pathIn(directory), `${JSON.stringify({ version: 1, ...activation }, null, 2)}\n`, 0o600);
}

export async function forgetActivation(directory: string): Promise<void> {
  await rm(pathIn(directory), { force: true });
}

function pathIn(directory: string): string {
  return join(directory, 'activation.json');
}
