/** Something that is done at a click and may be refused: whether it runs, and why it failed the last time. */
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Attempt<Args extends unknown[]> {
  readonly running: boolean;
  readonly error: unknown;
  /** Does nothing while it runs; never rejects. */
  run(...args: Args): void;
  forget(): void;
}

export function useAttempt<Args extends unknown[]>(work: (...args: Args) => Promise<unknown>): Attempt<Args> {
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const busy = useRef(false);
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  const run = useCallback((...args: Args) => {
    if (busy.current) return;
    busy.current = true;
    setRunning(true);
    setError(null);
    latest
      .current(...args)
      .catch((error: unknown) => setError(error))
      .finally(() => {
        busy.current = false;
        setRunning(false);
      });
  }, []);
  return { running, error, run, forget: useCallback(() => setError(null), []) };
}
