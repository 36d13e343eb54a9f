import { expect, test } from 'vitest';
import { tokenState, usesWords } from './token-state.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const FRESH = { revokedAt: null, expiresAt: null, usesLeft: null };

test.each([
  [FRESH, true, 'valid'],
  [{ ...FRESH, expiresAt: '2026-03-10T12:00:01Z' }, true, 'valid'],
  [{ ...FRESH, expiresAt: '2026-03-10T12:00:00Z' }, true, 'expired'],
  [{ ...FRESH, usesLeft: 1 }, true, 'valid'],
  [{ ...FRESH, usesLeft: 0 }, true, 'used up'],
  [FRESH, false, 'switched off'],
  // What can not be taken back is told before what can.
  [{ ...FRESH, usesLeft: 0 }, false, 'used up'],
  [{ revokedAt: '2026-03-01T00:00:00Z', expiresAt: '2026-03-02T00:00:00Z', usesLeft: 0 }, true, 'revoked'],
])('%j, on %s: %s', (token, enabled, word) => {
  expect(tokenState(token, NOW, enabled).word).toBe(word);
});

test('uses are told with their end, if they have one', () => {
  expect(usesWords({ used: 3, usesTotal: 10 })).toBe('3 of 10');
  expect(usesWords({ used: 1200, usesTotal: null })).toBe('1,200');
});
