/**
 * What a server has seen and `causeway-relay check` tells: how it began, how the life before ended, its
 * certificate, requests that were too slow. In a file, so that it is there without the server, too, and outlives it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { serverPin } from '#protocol/ids.ts';
import { readIfThere, writeDurably } from '#runtime/durable-file.ts';

const epochMs = z.number().nonnegative();
const machines = z.int().nonnegative();

const observed = z.object({
  startedAt: epochMs,
  /** When this was written. */
  seenAt: epochMs,
  /** Connected to the control plane at `seenAt`, or when the end was begun. */
  machines,
  /** When the server was told to end; null while it runs, and for one that was killed. */
  endedAt: epochMs.nullable(),
  /** The life before. */
  before: z.object({ machines, endedAt: epochMs.nullable() }).nullable(),
  certificate: z.object({
    /** SHA-256 of it. */
    fingerprint: z.string().max(120),
    pin: serverPin,
    /** When it took the place of another, and whether that had the same key; null for the first. */
    changed: z.object({ at: epochMs, sameKey: z.boolean() }).nullable(),
  }),
  slow: z
    .object({
      count: z.int().positive(),
      worst: z.object({ line: z.string().max(60), count: z.int().positive() }),
      since: epochMs,
      last: epochMs,
    })
    .nullable(),
});
export type Observed = z.infer<typeof observed>;

/** @throws CausewayError DISK_FULL, DIRECTORY_READ_ONLY */
export async function writeObserved(dataDirectory: string, facts: Observed): Promise<void> {
  await writeDurably(pathIn(dataDirectory), `${JSON.stringify(facts)}\n`, 0o600);
}

/** Undefined when there is none that can be read: a server of before, or the first start. */
export async function readObserved(dataDirectory: string): Promise<Observed | undefined> {
  try {
    return observed.parse(JSON.parse((await readIfThere(pathIn(dataDirectory))) ?? ''));
  } catch {
    return undefined;
  }
}

function pathIn(dataDirectory: string): string {
  return join(dataDirectory, 'observed.json');
}
