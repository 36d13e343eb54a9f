/**
 * Whether the directory with this machine's keys and settings can be written to: what is learnt while it can not is
 * lost with the process.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '#runtime/durable-file.ts';
import type { Finding } from './check-outcome.ts';

/** As long as what is really written there. */
const PROBE = 'x'.repeat(4_096);

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY */
export async function stateFinding(directory: string): Promise<Finding> {
  const path = join(directory, 'check.tmp');
  await writeDurably(path, PROBE, 0o600);
  await rm(path, { force: true });
  return { detail: `Keys and settings are in ${directory}, which can be written to.` };
}
