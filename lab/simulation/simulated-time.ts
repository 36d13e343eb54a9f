/**
 * Time as a queue of what is still to happen, in place of the process's own clocks and timers: nothing runs
 * but the next event, and a minute of waiting takes no time. It takes the place of the global functions, not
 * of a parameter, so that code which reaches for a clock that nobody gave it is simulated like the rest.
 */
const START = Date.UTC(2030, 0, 1);
/** The real one: what is left over of an event is waited for with it. */
const realImmediate = setImmediate;

interface Due {
  readonly at: number;
  /** Breaks ties: what was asked for first happens first. */
  readonly order: number;
  readonly what: string;
  run: (() => void) | undefined;
}

export class SimulatedTime {
  now = START;
  readonly #queue: Due[] = [];
  #order = 0;

  /** Runs `run` after so long. @returns what cancels it */
  after(ms: number, run: () => void, what = 'timer'): () => void {
    const due: Due = { at: this.now + Math.max(0, Number.isFinite(ms) ? ms : 0), order: this.#order++, what, run };
    this.#push(due);
    return () => {
      due.run = undefined;
    };
  }

  /** When the next event is due; Infinity when there is none. */
  get next(): number {
    while (this.#queue[0] !== undefined && this.#queue[0].run === undefined) this.#pop();
    return this.#queue[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Runs the next event and everything that follows from it at once. @returns what it was */
  async step(): Promise<string> {
    if (this.next === Number.POSITIVE_INFINITY) throw new Error('nothing is left to happen');
    const due = this.#pop() as Due;
    this.now = Math.max(this.now, due.at);
    due.run?.();
    await settled();
    return due.what;
  }

  /** Puts this time in the place of the process's own. @returns what undoes that */
  install(): () => void {
    const real = {
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      setInterval: globalThis.setInterval,
      clearInterval: globalThis.clearInterval,
    };
    const [dateNow, performanceNow] = [Date.now, performance.now];
    const timer = (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) =>
      new SimulatedTimer(this.after(ms, () => run(...values)));
    const interval = (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
      const again = (): (() => void) =>
        this.after(Math.max(1, ms), () => {
          made.cancel = again();
          run(...values);
        });
      const made = new SimulatedTimer(() => {});
      made.cancel = again();
      return made;
    };
    const clear = (made: unknown) => {
      if (made instanceof SimulatedTimer) made.cancel();
      else if (made !== undefined) real.clearTimeout(made as NodeJS.Timeout);
    };
    Object.assign(globalThis, {
      setTimeout: timer,
      clearTimeout: clear,
      setInterval: interval,
      clearInterval: clear,
    });
    Date.now = () => Math.floor(this.now);
    performance.now = () => this.now - START;
    return () => {
      Object.assign(globalThis, real);
      Date.now = dateNow;
      performance.now = performanceNow;
    };
  }

  /** A binary heap by time and order. */
  #push(due: Due): void {
    const queue = this.#queue;
    let at = queue.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(queue[parent] as Due, due)) break;
      queue[at] = queue[parent] as Due;
      at = parent;
    }
    queue[at] = due;
  }

  #pop(): Due | undefined {
    const queue = this.#queue;
    const [first, last] = [queue[0], queue.pop()];
    if (last === undefined || queue.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= queue.length) break;
      if (child + 1 < queue.length && before(queue[child + 1] as Due, queue[child] as Due)) child++;
      if (before(last, queue[child] as Due)) break;
      queue[at] = queue[child] as Due;
      at = child;
    }
    queue[at] = last;
    return first;
  }
}

/** Resolves once every promise that can go on without a timer has gone on. */
export async function settled(): Promise<void> {
  // Twice: what an immediate of the code itself sets going is waited for as well.
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => realImmediate(resolve));
}

/** What setTimeout and setInterval answer. */
class SimulatedTimer implements Disposable {
  cancel: () => void;

  constructor(cancel: () => void) {
    this.cancel = cancel;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
