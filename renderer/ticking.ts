/** What time it is, for ages that tick; nothing ticks in a window that nobody sees. */
import { useEffect, useState } from 'react';

export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    let ticking: ReturnType<typeof setInterval> | undefined;
    const tick = () => setNow(Date.now());
    const begin = () => {
      clearInterval(ticking);
      if (document.visibilityState !== 'visible') return;
      tick();
      ticking = setInterval(tick, everyMs);
    };
    begin();
    document.addEventListener('visibilitychange', begin);
    return () => {
      clearInterval(ticking);
      document.removeEventListener('visibilitychange', begin);
    };
  }, [everyMs]);
  return now;
}
