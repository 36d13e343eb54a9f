/** "3 minutes ago", kept up to date, with the exact time on asking. */
import { useEffect, useState } from 'react';
import { relativeWords } from './duration-words.ts';

const TICK_MS = 15_000;
/** One for all: to make it takes longer than the rest of a row. */
const EXACT = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' });

export interface RelativeTimeProps {
  /** ISO 8601. */
  readonly time: string | null;
  /** What to say for null. */
  readonly never?: string;
}

export function RelativeTime({ time, never = 'never' }: RelativeTimeProps) {
  const [now, setNow] = useState(Date.now);
  // No useInterval of Mantine's: it sets state when it is unmounted, and a table that scrolls through thousands
  // of rows unmounts so many of these that React takes it for an endless loop.
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (time === null) return <span>{never}</span>;
  const at = new Date(time);
  return (
    // A title and no Tooltip of Mantine's: a table shows hundreds of these while it scrolls.
    <time dateTime={time} title={EXACT.format(at)}>
      {relativeWords(at.getTime(), Math.max(now, Date.now() - TICK_MS))}
    </time>
  );
}
