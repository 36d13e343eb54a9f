/**
 * How much a page may ask for: so many calls at a time, at such a pace. What is over that is refused at once,
 * so that a page that somebody has taken over can neither stop the main process nor open a hundred windows.
 * Pure.
 */
import type { CallName } from '../ipc/schema.ts';

interface Allowance {
  /** Calls that may be under way. */
  readonly atOnce: number;
  /** Calls that may come one after another without a pause. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Far above what the window does, and far below what would be felt. */
export const ALL_CALLS: Allowance = { atOnce: 32, burst: 200, perSecond: 100 };
/** Of calls that the person sees outside of the window. */
export const SEEN_OUTSIDE: Readonly<Partial<Record<CallName, Allowance>>> = {
  openService: { atOnce: 1, burst: 4, perSecond: 0.5 },
  saveDiagnostics: { atOnce: 1, burst: 3, perSecond: 0.2 },
};

export class CallGate {
  readonly #now: () => number;
  readonly #all: Counter;
  readonly #seen = new Map<CallName, Counter>();

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#all = new Counter(ALL_CALLS, now());
    for (const [name, allowance] of Object.entries(SEEN_OUTSIDE)) {
      this.#seen.set(name as CallName, new Counter(allowance, now()));
    }
  }

  /** @param name anything @returns what to do when the call has ended; undefined when it is one too many */
  enter(name: unknown): (() => void) | undefined {
    const now = this.#now();
    const counters = [this.#all, this.#seen.get(name as CallName)].filter((counter) => counter !== undefined);
    if (!counters.every((counter) => counter.hasRoom(now))) return undefined;
    for (const counter of counters) counter.take();
    return () => {
      for (const counter of counters) counter.giveBack();
    };
  }
}

class Counter {
  readonly #allowance: Allowance;
  #underWay = 0;
  #left: number;
  #since: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#since = now;
  }

  hasRoom(now: number): boolean {
    const { atOnce, burst, perSecond } = this.#allowance;
    this.#left = Math.min(burst, this.#left + ((now - this.#since) / 1000) * perSecond);
    this.#since = now;
    return this.#underWay < atOnce && this.#left >= 1;
  }

  take(): void {
    this.#underWay++;
    this.#left--;
  }

  giveBack(): void {
    this.#underWay--;
  }
}
