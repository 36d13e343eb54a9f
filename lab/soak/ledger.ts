/**
 * All that the soak has seen: faults injected, what went wrong meanwhile, what was counted. Says at the end what
 * no fault explains, and how soon each kind of fault was over for those whom it concerned.
 */
import { causeOf, type Disturbance, type Fault, lastCauseOf } from './attribution.ts';
import { sum } from './tally.ts';
import type { Counts, Word } from './words.ts';

/** A silence of datagrams that is no disturbance yet: a busy computer pauses for so long. */
const PAUSE_MS = 5_000;

/** After that a program that had to wait has caught up. */
const STARVED_RECOVERY_MS = 3_000;
/** After a fault a machine is connected again, and has been told what changed meanwhile. */
const TOLD_AFTER_MS = 4_000;

/** Of one kind of fault. */
export interface Recovery {
  readonly kind: string;
  readonly count: number;
  /** From the end of the fault until datagrams were answered again, for each conversation; milliseconds. */
  readonly after: readonly number[];
  /** Disturbances put down to it. */
  readonly explained: number;
}

/** Something came through that policy denied. */
interface Leak {
  /** To whom it came. */
  readonly name: string;
  readonly text: string;
  readonly at: number;
  /** Since when it was denied; 0 for always. */
  readonly since: number;
}

export class Ledger {
  readonly faults: Fault[] = [];
  readonly wrong: string[] = [];
  readonly #leaks: Leak[] = [];
  counts: Counts = { bytes: 0, transfers: 0, requests: 0, datagrams: 0, lostDatagrams: 0, probes: 0 };
  #disturbances: Disturbance[] = [];
  #gaps: Disturbance[] = [];
  readonly #starved: Fault[] = [];
  #begunAt = Date.now();
  readonly #alive = new Map<string, number>();

  /** Notes a fault that begins now. */
  fault(kind: string, concerns: Fault['concerns']): Fault {
    const fault = { kind, concerns, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.faults.push(fault);
    return fault;
  }

  /** Forgets what went wrong, or began to, while everything was still starting. */
  begin(): void {
    this.#begunAt = Date.now();
    [this.#disturbances, this.#gaps] = [[], []];
  }

  /** The computer did not run these programs, for so long until now. */
  starved(concerns: Fault['concerns'], kind: string, forMs: number): void {
    const now = Date.now();
    this.#starved.push({ kind, concerns, from: now - forMs, to: now, recoveryMs: STARVED_RECOVERY_MS });
  }

  /** Disturbances for which nothing is to blame but a computer that was too busy. */
  get byStarvation(): number {
    return this.#all().filter((each) => causeOf(each, this.faults) === undefined && this.#cause(each) !== undefined)
      .length;
  }

  disturbed(disturbance: Disturbance): void {
    this.#disturbances.push(disturbance);
  }

  /** @param name of the machine whose program says it */
  heard(name: string, word: Word): void {
    switch (word.event) {
      case 'hello':
        break;
      case 'counts':
        this.counts = sum(this.counts, word.counts);
        for (const [peer, at] of Object.entries(word.alive)) this.#alive.set(`${name} and ${peer}`, at);
        break;
      case 'wrong':
        this.wrong.push(`${timeOf(Date.now())} ${name} with ${word.peer}: ${word.what}`);
        break;
      case 'leak':
        this.#leaks.push(leakOf(name, word));
        break;
      case 'gap':
        this.#gaps.push({ ...word, machines: [name, word.peer], what: 'no datagram was answered' });
        break;
      case 'trouble':
        this.disturbed({ ...word, machines: [name, word.peer], what: `${word.kind}: ${word.cause}` });
    }
  }

  /** What came through that policy denied, to machines that could have been told so. */
  get leaks(): string[] {
    return this.#leaks.filter((leak) => !this.#couldNotBeTold(leak)).map(({ text }) => text);
  }

  /** What came through to machines that a fault kept from being told. */
  get untold(): number {
    return this.#leaks.length - this.leaks.length;
  }

  /** Conversations of which not everything has been answered since. */
  silentSince(moment: number): string[] {
    return [...this.#alive].filter(([, at]) => at < moment).map(([pair]) => pair);
  }

  /** Everything that went wrong, in words, for which no fault is to blame. */
  unexplained(): string[] {
    return this.#all()
      .filter((disturbance) => this.#cause(disturbance) === undefined)
      .map(({ machines, what, from, to }) => `${timeOf(from)} to ${timeOf(to)} ${machines.join(' and ')}: ${what}`);
  }

  get disturbances(): number {
    return this.#all().length;
  }

  recoveries(): Recovery[] {
    const kinds = [...new Set(this.faults.map(({ kind }) => kind))].sort();
    return kinds.map((kind) => {
      const after = this.#gaps.flatMap((gap) => {
        const cause = lastCauseOf(gap, this.faults);
        return cause?.kind === kind && gap.from <= cause.to && gap.to >= cause.to ? [gap.to - cause.to] : [];
      });
      const explained = this.#all().filter((each) => causeOf(each, this.faults)?.kind === kind).length;
      return { kind, count: this.faults.filter((fault) => fault.kind === kind).length, after, explained };
    });
  }

  /** A fault stood between it and the server at the time; and it was not denied from the beginning. */
  #couldNotBeTold({ name, at, since }: Leak): boolean {
    const kept = ({ concerns, from, to }: Fault) =>
      concerns([name]) && from < at && at <= to + TOLD_AFTER_MS && to > since;
    return since > 0 && [...this.faults, ...this.#starved].some(kept);
  }

  #cause(disturbance: Disturbance): Fault | undefined {
    return causeOf(disturbance, this.faults, this.#starved);
  }

  #all(): Disturbance[] {
    const gaps = this.#gaps.filter(({ from, to }) => to - from > PAUSE_MS);
    return [...this.#disturbances, ...gaps].filter(({ from }) => from > this.#begunAt);
  }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

function leakOf(name: string, { peer, what, since, at }: Extract<Word, { event: 'leak' }>): Leak {
  const when = since === 0 ? 'never allowed' : `${at - since} ms after it was denied`;
  return { name, at, since, text: `${timeOf(at)} ${name} got ${what} of ${peer}, ${when}` };
}
