/**
 * Lets each machine through once in a while, for work that an unauthenticated message asks for. Bounded:
 * it forgets those that may pass anyway.
 */
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';

export class RateGate {
  readonly #everyMs: number;
  readonly #passedAt = new Map<MachineId, number>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  pass(machine: MachineId, now: number): boolean {
    const last = this.#passedAt.get(machine);
    if (last !== undefined && now - last < this.#everyMs) return false;
    // Re-inserting keeps the map in the order of passing, so the oldest are in front.
    this.#passedAt.delete(machine);
    this.#forgetOld(now);
    if (this.#passedAt.size >= LIMITS.PEERS_MAX.value) return false;
    this.#passedAt.set(machine, now);
    return true;
  }

  #forgetOld(now: number): void {
    for (const [machine, at] of this.#passedAt) {
      if (now - at < this.#everyMs) return;
      this.#passedAt.delete(machine);
    }
  }
}
