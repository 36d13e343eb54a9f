/**
 * Backups that a running server makes by itself, below its data directory, and how many of them stay. One that
 * fails is told in the log and tried again; the server goes on.
 */
import { rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import { isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { backupsDirectory, listBackups, makeBackup } from './backup.ts';

export interface PeriodicBackupsOptions {
  readonly dataDirectory: string;
  readonly database?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly everyMs: number;
  /** How long after the start the first one may be made: machines that waited for the server come first. */
  readonly settleMs?: number;
}

const SETTLE_MS = 60_000;

export class PeriodicBackups implements Disposable {
  readonly #options: PeriodicBackupsOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Milliseconds of the Unix epoch; 0 before the first. */
  lastMadeAt = 0;
  failures = 0;

  constructor(options: PeriodicBackupsOptions) {
    this.#options = options;
    void this.#begin();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #begin(): Promise<void> {
    const { dataDirectory, clock, everyMs, settleMs = SETTLE_MS } = this.#options;
    const newest = (await listBackups(backupsDirectory(dataDirectory))).at(-1);
    this.lastMadeAt = newest?.madeAt ?? 0;
    const age = clock.now() - this.lastMadeAt;
    // One from the future was made before somebody set the clock back.
    this.#schedule(Math.max(settleMs, age < 0 ? settleMs : everyMs - age));
  }

  #schedule(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#make(), milliseconds).unref();
  }

  async #make(): Promise<void> {
    const { dataDirectory, database, clock, logger, everyMs } = this.#options;
    try {
      const into = backupsDirectory(dataDirectory);
      const { path, bytes } = await makeBackup({ dataDirectory, database, into, now: clock.now() });
      this.lastMadeAt = clock.now();
      logger.info({ path, bytes }, 'backup made');
      await pruneBackups(into);
      this.#schedule(everyMs);
    } catch (error) {
      this.failures++;
      const code = isRefusal(error) ? error.code : 'INTERNAL';
      logger.error({ code, err: error }, 'no backup could be made; it is tried again');
      this.#schedule(Math.min(everyMs, LIMITS.BACKUP_RETRY_MS.value));
    }
  }
}

/** Removes the oldest over {@link LIMITS.BACKUPS_KEPT_MAX} or BACKUPS_MAX_BYTES; the newest stays. */
export async function pruneBackups(
  directory: string,
  kept: number = LIMITS.BACKUPS_KEPT_MAX.value,
  mostBytes: number = LIMITS.BACKUPS_MAX_BYTES.value,
): Promise<void> {
  const newestFirst = (await listBackups(directory)).reverse();
  let bytes = 0;
  for (const [index, backup] of newestFirst.entries()) {
    bytes += backup.bytes;
    if (index > 0 && (index >= kept || bytes > mostBytes)) await rm(backup.path, { recursive: true, force: true });
  }
}
