import { expect, test } from 'vitest';
import { signInName } from '#protocol/rest/access.ts';
import { signInNameProblem } from './sign-in-name-field.tsx';

test.each(['olivia', 'olivia@contoso.com', 'Zoë', 'a'.repeat(120), '', 'olivia martin', 'a/b', 'a'.repeat(121)])(
  'a name to sign in by is judged as the server judges it: %j',
  (name) => {
    expect(signInNameProblem(name) === undefined).toBe(signInName.safeParse(name).success);
  },
);
