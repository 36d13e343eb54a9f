import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { LogRing } from './log-ring.ts';
import { redacted, redactedDeep } from './redaction.ts';

test.each([
  ['up --token cwt1_AbC-d_9 failed', 'up --token [token removed] failed'],
  ['secret cws_J8CbzzLdZIRB', 'secret [token removed]'],
  ['{"grant":"eyJhbGciOi.eyJzdWIi.c2ln-_A"}', '{"grant":"[signed statement removed]"}'],
  ['authorization: Bearer abc.def', 'authorization: Bearer [removed]'],
  ['http://anna:pass%20word@proxy.example:3128/', 'http://[removed]@proxy.example:3128/'],
  ['-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY----- end', '[key removed] end'],
  ['-----BEGIN EC PRIVATE KEY-----\nMC4CAQ', '[key removed]'],
  ['machine 0123456789abcdef0123456789abcdef at fd00::2', 'machine 0123456789abcdef0123456789abcdef at fd00::2'],
  [
    'https://relay.example:8443 says 502 at 2026-01-02T03:04:05.006Z',
    'https://relay.example:8443 says 502 at 2026-01-02T03:04:05.006Z',
  ],
])('%s', (text, expected) => {
  expect(redacted(text)).toBe(expected);
});

test('no key of 32 bytes is left, in whatever it stands', () => {
  const surroundings = fc.constantFrom('', ' ', '"', ':', '=', '/', ',', '{', 'd":"');
  fc.assert(
    fc.property(
      surroundings,
      surroundings,
      fc.constantFrom('base64url', 'base64', 'hex'),
      (before, after, encoding) => {
        const key = randomBytes(32).toString(encoding as BufferEncoding);
        // A slash inside base64 cuts it into pieces of which none is the key.
        if (!key.includes('/')) expect(redacted(`${before}${key}${after}`)).not.toContain(key);
      },
    ),
  );
});

test('texts are found at any depth, and nothing else is changed', () => {
  expect(redactedDeep({ a: [1, null, { b: 'cwt1_x' }], c: true })).toEqual({
    a: [1, null, { b: '[token removed]' }],
    c: true,
  });
});

test('the ring keeps the last lines, clipped and without secrets', () => {
  const ring = new LogRing(() => 0);
  for (let i = 0; i < LIMITS.LOG_LINES_KEPT_MAX.value + 5; i++) ring.add(`line ${i}`, {});
  ring.add('activated', { token: 'cwt1_secret', long: 'x y '.repeat(1_000) });
  const lines = ring.lines();
  expect(lines).toHaveLength(LIMITS.LOG_LINES_KEPT_MAX.value);
  expect(lines[0]).toBe('1970-01-01T00:00:00.000Z line 6');
  expect(lines.at(-1)).toMatch(/^1970-01-01T00:00:00\.000Z activated \{"token":"\[token removed\]","long":"x y .*…$/);
  expect(lines.at(-1)).toHaveLength(LIMITS.LOG_LINE_MAX_CHARACTERS.value);
});
