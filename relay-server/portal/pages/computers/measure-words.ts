/** What is measured of a computer, as people say it. Pure. */
import type { Tone } from '../../components/status-badge.tsx';

const SPANS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "under 1 ms", "4.2 ms", "180 ms". */
export function roundTripWords(milliseconds: number): string {
  if (milliseconds < 1) return 'under 1 ms';
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** "0 seconds", "12 seconds", "3 minutes". */
export function spanWords(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1_000);
  const [unit, length] = SPANS.find(([, size]) => seconds >= size) ?? SPANS[3];
  const count = Math.round(seconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** "just now", "12 seconds ago". */
export function agoWords(milliseconds: number): string {
  return milliseconds < 1_500 ? 'just now' : `${spanWords(milliseconds)} ago`;
}

/** Whether an agent knows the policy as it is. */
export function policyWords(agent: number, subscription: number): { readonly tone: Tone; readonly words: string } {
  const behind = subscription - agent;
  if (behind <= 0) return { tone: 'good', words: 'Up to date' };
  return { tone: 'warn', words: `${behind === 1 ? 'One' : behind.toLocaleString('en')} behind` };
}

/** @param offset the server's clock minus the computer's, milliseconds */
export function clockWords(offset: number): string {
  if (Math.abs(offset) < 1_000) return 'Agrees with the server';
  return `${spanWords(offset)} ${offset > 0 ? 'behind' : 'ahead of'} the server`;
}
