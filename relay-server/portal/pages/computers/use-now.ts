/** The time, told anew every second, for ages that are shown in seconds. */
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';

const TICK_MS = 1_000;

/** @returns milliseconds since the epoch */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), TICK_MS, { autoInvoke: true });
  return now;
}
