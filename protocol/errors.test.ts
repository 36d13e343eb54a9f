import { describe, expect, test } from 'vitest';
import {
  asRefusal,
  type CatalogueEntry,
  CausewayError,
  ERRORS,
  type ErrorCode,
  fromWire,
  isErrorCode,
  isRefusal,
  WIRE_SENTENCE_MAX,
} from './errors.ts';
import { wireError } from './wire-error.ts';

const CATALOGUE = Object.entries<CatalogueEntry>(ERRORS) as [ErrorCode, CatalogueEntry][];
const placeholders = (sentence: string) => [...sentence.matchAll(/\{(.*?)\}/g)].map((match) => match[1] as string);

describe.each(CATALOGUE)('%s', (code, entry) => {
  test('is a code, a sentence of what is wrong and one of what to do', () => {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]{2,59}$/);
    for (const sentence of [entry.what, entry.remedy]) {
      expect(sentence).toMatch(/^(?:[A-Z`].*[.!]|\{\w+\}.*\.|\{\w+\})$/s);
      expect(sentence.replace(/\{\w+\}/g, '')).not.toMatch(/[{}]/);
    }
    expect(entry.http).toBeGreaterThanOrEqual(400);
    expect(entry.http).toBeLessThan(600);
  });

  test('fills all its braces and crosses the wire', () => {
    const names = placeholders(entry.what + entry.remedy);
    const details = Object.fromEntries(names.map((name) => [name, `<${name}>`]));
    const error = new CausewayError(code, details);
    for (const name of names) expect(error.message + error.remedy).toContain(`<${name}>`);
    expect(error.message + error.remedy).not.toMatch(/[{}]/);

    const received = fromWire(wireError.parse(JSON.parse(JSON.stringify(error.toWire()))));
    expect(received).toMatchObject({ code, message: error.message, remedy: error.remedy, details });
  });
});

test('authentication failures say nothing more than that', () => {
  for (const code of ['AUTHENTICATION_FAILED', 'TICKET_REFUSED', 'API_KEY_REFUSED', 'TOKEN_UNKNOWN'] as const) {
    expect(placeholders(ERRORS[code].what)).toEqual([]);
  }
});

test('a detail that is missing leaves its braces, one too many is ignored', () => {
  expect(new CausewayError('TOKEN_EXPIRED').message).toBe('The activation token expired at {expiredAt}.');
  expect(new CausewayError('TOKEN_REVOKED', { constructor: 'x' }).message).toBe(ERRORS.TOKEN_REVOKED.what);
});

test('a detail is put in as it is, even if it looks like braces or a replacement pattern', () => {
  const { message } = new CausewayError('USAGE', { issue: '{issue} $& $1' });
  expect(message).toBe('{issue} $& $1');
});

test('somebody else’s long text never makes an error too long for the wire', () => {
  const wire = new CausewayError('MESSAGE_MALFORMED', { issue: 'x'.repeat(5_000) }).toWire();
  expect(wire.message).toHaveLength(WIRE_SENTENCE_MAX);
  expect(wireError.safeParse(wire).success).toBe(true);
});

test('a code of a later version becomes INTERNAL with its sentence', () => {
  const error = fromWire({ code: 'FROM_THE_FUTURE', message: 'Something new' });
  expect(error).toMatchObject({ code: 'INTERNAL', message: 'Causeway made a mistake: Something new.' });
  for (const name of ['constructor', 'toString', '__proto__']) expect(isErrorCode(name)).toBe(false);
});

test('a refusal is told from a bug, and keeps its cause', () => {
  const cause = new Error('ENOSPC');
  const error = new CausewayError('DISK_FULL', { path: '/x' }, { cause });
  expect(error.cause).toBe(cause);
  expect(isRefusal(error)).toBe(true);
  expect(isRefusal(error, 'DISK_FULL')).toBe(true);
  expect(isRefusal(error, 'STATE_CORRUPT')).toBe(false);
  expect(isRefusal(cause)).toBe(false);
});

test('whatever was thrown can be told as a refusal', () => {
  const refusal = new CausewayError('NOT_CONNECTED');
  expect(asRefusal(refusal)).toBe(refusal);
  const bug = new TypeError('x is undefined');
  expect(asRefusal(bug)).toMatchObject({ code: 'INTERNAL', details: { issue: 'x is undefined' }, cause: bug });
  expect(asRefusal('out of order')).toMatchObject({ code: 'INTERNAL', details: { issue: 'out of order' } });
});
