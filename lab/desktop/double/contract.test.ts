import { expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { wrongWithAnswer, wrongWithEvent } from './contract.ts';

const refused = { ok: false, error: new CausewayError('NOT_CONNECTED').toWire() };

test.each([
  ['ping', { ok: true, result: { roundTripMs: 2 } }],
  ['ping', refused],
  // What is no call is refused like anything else.
  ['nonsense', refused],
])('an answer to %s that the schema knows', (name, answer) => expect(wrongWithAnswer(name, answer)).toBeNull());

test.each([
  ['ping', { ok: true, result: { roundTripMs: 'two' } }, /ping answers with what it may not/],
  ['nonsense', { ok: true, result: {} }, /nonsense is no call/],
  [7, { ok: true, result: {} }, /7 is no call/],
  ['ping', undefined, /no answer/],
])('an answer to %s that it does not know', (name, answer, wrong) =>
  expect(wrongWithAnswer(name, answer)).toMatch(wrong),
);

test('an event', () => {
  expect(wrongWithEvent({ type: 'show', page: 'status' })).toBeNull();
  expect(wrongWithEvent({ type: 'show', page: 'elsewhere' })).toMatch(/no event/);
});
