/**
 * The agent's status for somebody who keeps looking: after every change, and otherwise once a second. At
 * most one is under way to a listener, so that one who reads slowly costs no memory.
 */
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';

export interface StatusListener {
  progress(status: AgentStatus): void;
  /** Resolves when the listener has taken what was sent, or is gone. */
  taken(): Promise<void>;
  readonly signal: AbortSignal;
}

export interface StatusSource {
  status(): AgentStatus;
  /** @returns what ends it */
  onChange(changed: () => void): () => void;
}

/** Resolves when the listener's signal fires. */
export async function watchStatus(source: StatusSource, listener: StatusListener): Promise<void> {
  const { signal } = listener;
  const pace = new Pace();
  const ignore = source.onChange(() => pace.changed());
  const end = () => pace.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    while (!signal.aborted) {
      const next = pace.next();
      listener.progress(source.status());
      await listener.taken();
      await next;
    }
  } finally {
    signal.removeEventListener('abort', end);
    ignore();
    pace.end();
  }
}

/** When the next status is due: soon after a change, else after a second. */
class Pace {
  #due = Promise.withResolvers<void>();
  #timer: NodeJS.Timeout | undefined;
  #hurried = false;

  next(): Promise<void> {
    this.#due = Promise.withResolvers<void>();
    this.#hurried = false;
    this.#in(LIMITS.LOCAL_WATCH_EVERY_MS.value);
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
