import { expect, test } from 'vitest';
import { LOCAL_METHODS, type LocalMethod } from '#protocol/local-api.ts';
import { refusalOf } from './rights.ts';

const EVERYBODY = 'everybody';
const OWNER = 'the owner';

/** What is asked, who may when this computer is not activated, and who may when it is. */
const TABLE: readonly [LocalMethod, Record<string, unknown>, string, string][] = [
  ['status', {}, EVERYBODY, EVERYBODY],
  ['watch', {}, EVERYBODY, EVERYBODY],
  ['up', {}, EVERYBODY, EVERYBODY],
  ['up', { token: 'cwt1_x' }, EVERYBODY, OWNER],
  ['up', { token: '', name: 'pc' }, EVERYBODY, OWNER],
  ['up', { name: 'pc' }, EVERYBODY, EVERYBODY],
  ['down', {}, EVERYBODY, EVERYBODY],
  ['down', { offline: true }, EVERYBODY, EVERYBODY],
  ['down', { forget: true }, OWNER, OWNER],
  ['down', { forget: true, offline: true }, OWNER, OWNER],
  ['refresh', {}, EVERYBODY, EVERYBODY],
  ['peers', {}, EVERYBODY, EVERYBODY],
  ['ping', { target: 'sql01' }, EVERYBODY, EVERYBODY],
  ['resolve', { target: 'sql01' }, EVERYBODY, EVERYBODY],
  ['diagnose', {}, EVERYBODY, EVERYBODY],
  ['bundle', {}, EVERYBODY, EVERYBODY],
];

test.each(TABLE)('%s %j: %s may, and once activated %s', (method, given, before, after) => {
  const params = LOCAL_METHODS[method].params.parse(given) as never;
  for (const [activated, may] of [
    [false, before],
    [true, after],
  ] as const) {
    expect(refusalOf('owner', method, params, activated)).toBeUndefined();
    const refusal = refusalOf('user', method, params, activated);
    if (may === EVERYBODY) expect(refusal).toBeUndefined();
    else {
      expect(refusal).toMatchObject({
        code: 'PRIVILEGE_MISSING',
        message: expect.stringMatching(/^This user may not (activate|take) this computer .*\.$/),
        remedy: 'Do it as root (`sudo`), or ask whoever administers this computer.',
      });
    }
  }
});

test('the table names every method', () => {
  expect(new Set(TABLE.map(([method]) => method))).toEqual(new Set(Object.keys(LOCAL_METHODS)));
});
