import { expect, test } from 'vitest';
import { clearSessionCookie, flowCookie, sessionCookie, setFlowCookie, setSessionCookie } from './session-cookie.ts';

const TOKEN = 'A'.repeat(42);
const one = `${TOKEN}1`;

test('cookies carry every protection', () => {
  expect(setSessionCookie(one, 60)).toBe(
    `__Host-causeway=${one}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60`,
  );
  expect(clearSessionCookie()).toContain('Max-Age=0');
  expect(setFlowCookie(one, 60)).toBe(
    `__Host-causeway-oidc=${one}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60`,
  );
  for (const cookie of [setSessionCookie(one, 1), setFlowCookie(one, 1)]) expect(cookie).not.toMatch(/domain/i);
});

test.each([
  [undefined, undefined],
  ['', undefined],
  [`__Host-causeway=${one}`, one],
  [`other=1; __Host-causeway=${one}; more=2`, one],
  [`__Host-causeway="${one}"`, undefined],
  [`__Host-causeway=${one}x`, undefined],
  ['__Host-causeway=', undefined],
  [`__host-causeway=${one}`, undefined],
  [`x__Host-causeway=${one}`, undefined],
  [`__Host-causeway-oidc=${one}`, undefined],
  // Two of one name: somebody on the way has added one, so neither is believed.
  [`__Host-causeway=${one}; __Host-causeway=${TOKEN}2`, undefined],
])('%s is read as %s', (header, expected) => {
  expect(sessionCookie(header)).toBe(expected);
});

test('the two cookies are told apart', () => {
  const header = `__Host-causeway=${one}; __Host-causeway-oidc=${TOKEN}2`;
  expect([sessionCookie(header), flowCookie(header)]).toEqual([one, `${TOKEN}2`]);
});
