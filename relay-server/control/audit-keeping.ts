/**
 * Keeps the audit within its bound: looks at the start and once an hour, and lets the oldest entries go.
 */
import type { Logger } from 'pino';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import { headText } from '../store/audit-chain.ts';
import type { AuditStore } from '../store/audit-store.ts';

const EVERY_MS = 3_600_000;

export class AuditKeeping {
  readonly #audit: AuditStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancel: (() => void) | undefined;

  constructor(around: { audit: AuditStore; clock: Clock; logger: Logger }) {
    this.#audit = around.audit;
    this.#clock = around.clock;
    this.#logger = around.logger;
  }

  /** Never rejects: entries that stay too long do no harm. */
  async look(): Promise<void> {
    this.#cancel?.();
    this.#cancel = this.#clock.after(EVERY_MS, () => void this.look().then(() => this.#tellHead()));
    try {
      const removed = await this.#audit.prune(LIMITS.AUDIT_ENTRIES_MAX.value);
      if (removed > 0) this.#logger.info({ removed }, 'the oldest entries of the audit were removed');
    } catch (error) {
      this.#logger.warn({ err: error }, 'the audit could not be kept within its bound');
    }
  }

  /** Wherever the log goes, it goes out of reach of who can only write the database. */
  async #tellHead(): Promise<void> {
    try {
      this.#logger.info({ audit: headText(await this.#audit.head()) }, 'head of the audit');
    } catch (error) {
      this.#logger.warn({ err: error }, 'the head of the audit could not be read');
    }
  }

  close(): void {
    this.#cancel?.();
  }
}
