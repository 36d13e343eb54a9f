/**
 * Keeps V8 from collecting its whole heap dozens of times a second while frames stream through.
 *
 * A forwarded frame leaves little garbage in the heap and much outside it (its ArrayBuffers). V8 answers
 * 64 MiB of such memory with a mark-compact of everything, and does not try first the collection of the
 * young objects, which frees the same buffers in a fifth of a millisecond. Asking for that one every few
 * MiB of traffic takes the relay from about 2.8 to 0.8 CPU-seconds per GB of 64 KiB frames (`npm run
 * bench -- relay`); the V8 option --max-semi-space-size=1 does the same for a process started with it.
 * Without traffic nothing is asked for.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LIMITS } from '#protocol/limits.ts';

/** Node's `gc` (option --expose-gc), of which only this form is used. */
export type CollectYoung = (options: { type: 'minor' }) => void;

export class Scavenger {
  readonly #collect: CollectYoung;
  #bytes = 0;

  constructor(collect: CollectYoung) {
    this.#collect = collect;
  }

  /** Counts received bytes; collects when enough have come. */
  received(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < LIMITS.RELAY_SCAVENGE_EVERY_BYTES.value) return;
    this.#bytes = 0;
    this.#collect({ type: 'minor' });
  }
}

/** The running engine's own collector, obtainable without having been started with --expose-gc. */
export function engineCollector(): CollectYoung {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
