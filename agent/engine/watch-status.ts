/**
 * The agent's status for somebody who keeps looking: after every change, and otherwise once a second; in
 * between, a sign of life for those who want one, which is rare where only an icon is seen. At most one word
 * is under way to a listener, so that one who reads slowly costs no memory.
 */
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';

export interface StatusListener {
  progress(status: AgentStatus): void;
  /** A sign of life when there is no status to tell: every LOCAL_ALIVE_EVERY_MS, without sessions every LOCAL_ALIVE_UNSEEN_EVERY_MS. */
  alive?(): void;
  /** Resolves when the listener has taken what was sent, or is gone. */
  taken(): Promise<void>;
  readonly signal: AbortSignal;
}

export interface StatusSource {
  status(): AgentStatus;
  /** @returns what ends it */
  onChange(changed: () => void): () => void;
}

export interface WatchWish {
  /** Whether somebody looks at the sessions, which are other ones every second; else a status is told once. */
  readonly peers: boolean;
}

/** Resolves when the listener's signal fires. */
export async function watchStatus(source: StatusSource, listener: StatusListener, { peers }: WatchWish): Promise<void> {
  const { signal } = listener;
  const { LOCAL_ALIVE_EVERY_MS, LOCAL_ALIVE_UNSEEN_EVERY_MS, LOCAL_WATCH_EVERY_MS } = LIMITS;
  const saysMore = listener.alive !== undefined && peers;
  const pace = new Pace(saysMore ? LOCAL_ALIVE_EVERY_MS.value : LOCAL_WATCH_EVERY_MS.value);
  const ignore = source.onChange(() => pace.changed());
  const end = () => pace.end();
  signal.addEventListener('abort', end, { once: true });
  let [told, wordAt] = ['', 0];
  try {
    while (!signal.aborted) {
      const status = pace.isStatusDue() ? source.status() : undefined;
      const next = pace.next();
      const essence = status === undefined || peers ? '' : essenceOf(status);
      const isNews = status !== undefined && (peers || essence !== told);
      const now = performance.now();
      if (isNews || peers || now - wordAt >= LOCAL_ALIVE_UNSEEN_EVERY_MS.value - EARLY_MS) {
        if (isNews) listener.progress(status);
        else listener.alive?.();
        wordAt = now;
      }
      if (status !== undefined) told = essence;
      await listener.taken();
      await next;
    }
  } finally {
    signal.removeEventListener('abort', end);
    ignore();
    pace.end();
  }
}

/** All but the time at which it was taken. */
function essenceOf(status: AgentStatus): string {
  return JSON.stringify({ ...status, at: 0 });
}

/** When the next word is due, and whether it is to be a status: soon after a change, else after a second. */
class Pace {
  #due = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #hurried = true;
  #statusAt = 0;
  readonly #everyMs: number;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** To be asked once for every word. */
  isStatusDue(): boolean {
    const now = performance.now();
    // A timer may come a moment early.
    const isDue = this.#hurried || now - this.#statusAt >= LIMITS.LOCAL_WATCH_EVERY_MS.value - EARLY_MS;
    if (isDue) this.#statusAt = now;
    return isDue;
  }

  next(): Promise<void> {
    this.#due = Promise.withResolvers<void>();
    this.#hurried = false;
    this.#in(this.#everyMs);
    return this.#due.promise;
  }

  changed(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    this.#in(LIMITS.LOCAL_WATCH_GATHER_MS.value);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#due.resolve();
  }

  #in(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#due.resolve, milliseconds);
  }
}

const EARLY_MS = 5;
