import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { PASSWORD_LEAST } from './new-password-field.tsx';

test('the page asks for as many characters as the server does', () => {
  expect(PASSWORD_LEAST).toBe(LIMITS.PASSWORD_MIN_CHARACTERS.value);
});
