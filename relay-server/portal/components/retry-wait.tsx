/** Too many tries: for how long to wait, counted down. */
import { Alert } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { Hourglass } from 'lucide-react';
import { useState } from 'react';
import { Refusal } from '../api/refusal.ts';

export function isRateLimited(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === 'RATE_LIMITED';
}

/** @returns how many seconds one still has to wait; 0 if the error is another one, or none */
export function useSecondsToWait(error: unknown): number {
  const [heard, setHeard] = useState<{ readonly error: unknown; readonly until: number }>({ error: null, until: 0 });
  const [now, setNow] = useState(Date.now);
  useInterval(() => setNow(Date.now()), 500, { autoInvoke: true });
  if (heard.error !== error) {
    const seconds = isRateLimited(error) ? Number(error.details.seconds ?? 0) : 0;
    setHeard({ error, until: Date.now() + seconds * 1000 });
    setNow(Date.now());
  }
  return heard.error === error ? Math.max(0, Math.ceil((heard.until - now) / 1000)) : 0;
}

export function RetryWait({ seconds }: { readonly seconds: number }) {
  return (
    <Alert color="yellow" icon={<Hourglass size={18} aria-hidden />} title="There were too many tries.">
      {/* Said once by role=alert; that each second were read out would be unbearable. */}
      <span aria-hidden>
        {seconds > 0 ? `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.` : 'You can try again now.'}
      </span>
    </Alert>
  );
}
