/**
 * What a running server leaves in its data directory for `causeway-relay check`: which process it is and where it
 * answers. That it runs is told by the lock of the directory, not by this file.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { serverPin } from '#protocol/ids.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';

const runningServer = z.object({
  pid: z.int().positive(),
  host: z.string(),
  port: z.int(),
  url: z.string(),
  pin: serverPin,
  database: z.enum(['inside', 'elsewhere']),
  backupEveryMs: z.number().nullable(),
});
export type RunningFacts = z.infer<typeof runningServer>;

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY */
export async function writeRunningFile(dataDirectory: string, facts: RunningFacts): Promise<void> {
  await writeDurably(pathIn(dataDirectory), `${JSON.stringify(facts)}\n`, 0o600);
}

/** Undefined when there is none that can be read. */
export async function readRunningFile(dataDirectory: string): Promise<RunningFacts | undefined> {
  try {
    return runningServer.parse(JSON.parse((await readIfThere(pathIn(dataDirectory))) ?? ''));
  } catch {
    return undefined;
  }
}

function pathIn(dataDirectory: string): string {
  return join(dataDirectory, 'running.json');
}
