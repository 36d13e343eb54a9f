/**
 * One diagnosis at a time: who asks during one gets its checks, those that were made already and those to
 * come. The checks take seconds and ping peers, and would measure each other.
 */
import type { Check } from '#protocol/local-api.ts';

type OnCheck = (check: Check) => void;

export class SharedDiagnosis {
  readonly #start: (onCheck: OnCheck) => Promise<Check[]>;
  #running: { readonly made: Check[]; readonly listeners: Set<OnCheck>; readonly result: Promise<Check[]> } | undefined;

  constructor(start: (onCheck: OnCheck) => Promise<Check[]>) {
    this.#start = start;
  }

  async run(onCheck: OnCheck): Promise<Check[]> {
    this.#running ??= this.#begin();
    const { made, listeners, result } = this.#running;
    for (const check of made) onCheck(check);
    // One of its own for each caller: two may pass the same function.
    const listener: OnCheck = (check) => onCheck(check);
    listeners.add(listener);
    try {
      return await result;
    } finally {
      listeners.delete(listener);
    }
  }

  #begin() {
    const made: Check[] = [];
    const listeners = new Set<OnCheck>();
    const result = this.#start((check) => {
      made.push(check);
      for (const listener of listeners) listener(check);
    }).finally(() => {
      this.#running = undefined;
    });
    return { made, listeners, result };
  }
}
