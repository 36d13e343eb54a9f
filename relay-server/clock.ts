/**
 * Time as a parameter, so that the core runs on a fake clock in tests. Knows no calendar.
 */
export interface Clock {
  /** Milliseconds of the Unix epoch. */
  now(): number;
  /** Calls `run` once after `ms`; the answer cancels it. A pending call does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
