/** What the relay measures, in words. Pure. */

/** Why a frame was dropped, for somebody who wonders whether that is bad. */
const DROPS: Readonly<Record<string, { readonly name: string; readonly why: string }>> = {
  'queue-full': {
    name: 'Queue full',
    why: 'More is sent to a machine than its line takes. The oldest frame gives way, which tells the sender to slow down; some of it is normal under load.',
  },
  'too-old': {
    name: 'Waited too long',
    why: 'A frame waited until nobody would want it any more. The receiver’s line is slow, or stands still.',
  },
  'too-many-sources': {
    name: 'Too many senders',
    why: 'More machines send to one receiver at once than its queue keeps apart.',
  },
  'not-connected': {
    name: 'Receiver away',
    why: 'The receiver has no connection to the relay: it is off, asleep, or on its way back.',
  },
  disconnected: {
    name: 'Receiver left',
    why: 'The receiver’s connection ended while frames waited for it.',
  },
};

export function dropWords(reason: string): { readonly name: string; readonly why: string } {
  return DROPS[reason] ?? { name: reason, why: 'A reason that this version of the portal does not know.' };
}

/** "12 %", of one core; "0.4 %" where that would be nothing. */
export function shareWords(share: number): string {
  const percent = share * 100;
  return `${percent < 9.95 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** "3/s", "0.4/s", "12,000/s" */
export function perSecondWords(rate: number): string {
  return `${countWords(rate)}/s`;
}

export function countWords(count: number): string {
  return Number(count.toFixed(count < 9.95 ? 1 : 0)).toLocaleString('en');
}

/** "0 ms", "840 ms", "2.5 s" */
export function ageWords(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  return `${Number((milliseconds / 1000).toFixed(1)).toLocaleString('en')} s`;
}

/** "40 seconds", "12 minutes" */
export function spanWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 100) return `${seconds} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}
