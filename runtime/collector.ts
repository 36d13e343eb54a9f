/**
 * What agent and relay need of V8's garbage collector. Both move gigabytes through buffers that live for
 * microseconds outside V8's heap, and then are idle for hours; V8's defaults are made for neither.
 *
 * - A moved frame leaves little garbage in the heap and much outside it (ArrayBuffers). V8 answers
 *   some MiB of such memory with a mark-compact of everything, dozens of times a second, and does not try
 *   first the collection of the young objects, which frees the same buffers in a fifth of a millisecond. So it is
 *   asked for that one every few MiB of fresh memory.
 * - V8 frees buffers on another thread. Freeing them where they were made took a tunnel from about 1.2 to
 *   2.2 Gbit/s on two cores, at half of the processor time (single runs). Why is not proven; we suppose
 *   that the two threads fight for malloc's arena.
 * - V8 collects only when something is allocated. What the start needed (modules, schemas, routes) stays
 *   until then, so one full collection after the start gives it back.
 *
 * Without traffic nothing is asked for.
 */
import { runInNewContext } from 'node:vm';
import { LIMITS } from '#protocol/limits.ts';
import { setCollectorFlags } from './collector-flags.ts';

/** Node's `gc` (option --expose-gc), of which only these forms are used. */
export interface Collector {
  (options: { type: 'minor' }): void;
  (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }): void;
}

export class Scavenger {
  readonly #collect: Collector;
  #bytes = 0;

  constructor(collect: Collector) {
    this.#collect = collect;
  }

  /** Counts bytes taken anew; collects when enough have been. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < LIMITS.SCAVENGE_EVERY_BYTES.value) return;
    this.#bytes = 0;
    this.#collect({ type: 'minor' });
  }
}

/**
 * The running engine's own collector, set up for buffers that come and go; it need not have been started
 * with --expose-gc. One that does nothing where the engine gives none: Electron may have frozen its flags.
 */
export function engineCollector(): Collector {
  setCollectorFlags();
  return runInNewContext('typeof gc === "function" ? gc : () => undefined') as Collector;
}

/** Takes about 20 ms with a small heap and twice 45 with an agent's: for when nothing happens. */
export function releaseStartUpMemory(): void {
  engineCollector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** A program that does less than this, as a share of the time, keeps nobody waiting. */
const QUIET_SHARE = 0.02;
const LOOK_EVERY_MS = 1_000;

/**
 * Does it once, after `afterMs` and as soon as the event loop has been idle for a second but for next to nothing:
 * packets that came meanwhile would wait for all of it.
 * @returns gives it up; it keeps no process alive
 */
export function releaseStartUpMemoryWhenQuiet(afterMs: number): () => void {
  let before = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization < QUIET_SHARE) releaseStartUpMemory();
    else timer = setTimeout(look, LOOK_EVERY_MS).unref();
  };
  const begin = () => {
    before = performance.eventLoopUtilization();
    timer = setTimeout(look, LOOK_EVERY_MS).unref();
  };
  let timer = setTimeout(begin, afterMs).unref();
  return () => clearTimeout(timer);
}
