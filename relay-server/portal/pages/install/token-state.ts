/** Whether a token or an install link still works, in a word, and why not. Pure. */
import type { InstallLink, Token } from '../../api/shapes.ts';
import type { Tone } from '../../components/status-badge.tsx';

export type StateWord = 'valid' | 'revoked' | 'switched off' | 'expired' | 'used up';

export interface State {
  readonly word: StateWord;
  readonly tone: Tone;
}

/** @param enabled of the install link that it belongs to */
export function tokenState(
  { revokedAt, expiresAt, usesLeft }: Pick<Token, 'revokedAt' | 'expiresAt' | 'usesLeft'>,
  now: number,
  enabled = true,
): State {
  if (revokedAt !== null) return { word: 'revoked', tone: 'bad' };
  if (expiresAt !== null && Date.parse(expiresAt) <= now) return { word: 'expired', tone: 'warn' };
  if (usesLeft !== null && usesLeft <= 0) return { word: 'used up', tone: 'warn' };
  return enabled ? { word: 'valid', tone: 'good' } : { word: 'switched off', tone: 'idle' };
}

export function linkState({ token, expiresAt, enabled }: InstallLink, now: number): State {
  return tokenState({ ...token, expiresAt }, now, enabled);
}

/** "3 of 10", or "3" where there is no end of them. */
export function usesWords({ used, usesTotal }: Pick<Token, 'used' | 'usesTotal'>): string {
  const number = (count: number) => count.toLocaleString('en');
  return usesTotal === null ? number(used) : `${number(used)} of ${number(usesTotal)}`;
}
