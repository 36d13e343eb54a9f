/** The time, told anew every second, for ages that are shown in seconds. */
import { useEffect, useState } from 'react';

const TICK_MS = 1_000;

/** @returns milliseconds since the epoch */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
