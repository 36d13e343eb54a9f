import { expect, test } from 'vitest';
import { requireStrong } from './password-strength.ts';

const NAMES = ['ada.lovelace@example.com', 'Ada Lovelace', 'relay.contoso.example', 'contoso'];

test.each([
  ['short', 'Tr0ub4dor&3'],
  ['one character', 'aaaaaaaaaaaaaaaa'],
  ['repeated', 'abc123abc123abc123'],
  ['a word twice', 'secretsecret'],
  ['the alphabet', 'abcdefghijkl'],
  ['digits', '1234567890123'],
  ['a keyboard', 'qwertyuiop123'],
  ['a keyboard backwards', 'poiuytrewq4321'],
  ['digits only', '839201746251'],
  ['common, with digits', 'Administrator2026!'],
  ['common', 'correcthorsebatterystaple'],
  ['their name', 'adalovelace1'],
  ['their e-mail address', 'ada.lovelace@example.com'],
  ['the server', 'contoso2026!'],
])('%s is too easy: %s', (_what, password) => {
  expect(() => requireStrong(password, NAMES)).toThrowError(
    expect.objectContaining({ code: 'PASSWORD_WEAK', message: expect.not.stringContaining(password) }),
  );
});

test.each(['violet kettle onward brick', 'xK9$wq2LmZ!tu', 'contoso has seven bicycles', 'grüne Wolken über Oslo'])(
  '%s will do',
  (password) => {
    expect(() => requireStrong(password, NAMES)).not.toThrow();
  },
);
