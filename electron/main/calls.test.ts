/** Knocks at every call as a page would that somebody has taken over. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { CALLS, type CallName, callAnswer } from '../ipc/schema.ts';
import { answerCall, type CallHandlers } from './calls.ts';

const NAMES = Object.keys(CALLS) as CallName[];
const handled = vi.fn(async (_name: CallName, _args: unknown): Promise<unknown> => ({}));
const handlers = Object.fromEntries(
  NAMES.map((name) => [name, (args: unknown) => handled(name, args)]),
) as unknown as CallHandlers;
const bugs = vi.fn();
const answer = (name: unknown, args: unknown) => answerCall(handlers, name, args, bugs);

test('what fits is passed on, as the schema reads it', async () => {
  expect(await answer('ping', { peer: 'sql01' })).toEqual({ ok: true, result: {} });
  expect(handled).toHaveBeenLastCalledWith('ping', { peer: 'sql01' });
});

test.each([
  ['toString', {}],
  ['__proto__', {}],
  ['constructor', {}],
  ['', {}],
  [7, {}],
  [null, {}],
  [{ toString: () => 'up' }, {}],
  ['up', { token: 'x'.repeat(1_001) }],
  ['up', { token: 'x', name: 'y' }],
  ['down', {}],
  ['down', { forget: 'true' }],
  ['copy', { text: 'x'.repeat(501) }],
  ['openService', { peer: 'sql01', service: 'file' }],
  ['changePreferences', { language: 'fr' }],
  ['changePreferences', { language: 'de', startAtLogin: 1 }],
  ['refresh', undefined],
  ['refresh', []],
  ['refresh', new Map()],
  ['saveDiagnostics', new Date()],
  ['saveDiagnostics', new ArrayBuffer(8)],
  ['state', JSON.parse('{"__proto__": 1}')],
])('%j with %j is refused and reaches nobody', async (name, args) => {
  handled.mockClear();
  expect(await answer(name, args)).toMatchObject({ ok: false, error: { code: 'MESSAGE_MALFORMED' } });
  expect(handled).not.toHaveBeenCalled();
});

test('whatever a page sends, there is an answer, and only what the schema lets through is handled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.constantFrom(...NAMES), fc.anything()), fc.anything(), async (name, args) => {
      handled.mockClear();
      const given = callAnswer.parse(await answer(name, args));
      if (!given.ok) expect(handled).not.toHaveBeenCalled();
      else expect(CALLS[name as CallName].args.safeParse(args).success).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(bugs).not.toHaveBeenCalled();
});

test('refusals keep their words; of bugs the page learns nothing', async () => {
  handled.mockRejectedValueOnce(new CausewayError('NOT_ACTIVATED'));
  expect(await answer('refresh', {})).toMatchObject({ ok: false, error: { code: 'NOT_ACTIVATED' } });
  handled.mockRejectedValueOnce(new Error('a secret is in here'));
  const bug = await answer('refresh', {});
  expect(bug).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
  expect(JSON.stringify(bug)).not.toContain('secret');
  expect(bugs).toHaveBeenCalledOnce();
});
