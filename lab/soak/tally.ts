/**
 * What a program of the soak has counted, told now and then, and what went wrong, told at once.
 */
import type { Counts, Word } from './words.ts';

const NOTHING: Counts = { bytes: 0, transfers: 0, requests: 0, datagrams: 0, lostDatagrams: 0, probes: 0 };
const TELL_EVERY_MS = 2_000;

export class Tally {
  readonly #tell: (word: Word) => void;
  #counts: Counts = NOTHING;

  /** @param alive when each conversation last had answers */
  constructor(tell: (word: Word) => void, alive: () => Record<string, number>) {
    this.#tell = tell;
    setInterval(() => {
      tell({ event: 'counts', counts: this.#counts, alive: alive() });
      this.#counts = NOTHING;
    }, TELL_EVERY_MS);
  }

  add(more: Partial<Counts>): void {
    this.#counts = sum(this.#counts, { ...NOTHING, ...more });
  }

  wrong(peer: string, what: string): void {
    this.#tell({ event: 'wrong', peer, what });
  }
}

export function sum(a: Counts, b: Counts): Counts {
  return {
    bytes: a.bytes + b.bytes,
    transfers: a.transfers + b.transfers,
    requests: a.requests + b.requests,
    datagrams: a.datagrams + b.datagrams,
    lostDatagrams: a.lostDatagrams + b.lostDatagrams,
    probes: a.probes + b.probes,
  };
}
