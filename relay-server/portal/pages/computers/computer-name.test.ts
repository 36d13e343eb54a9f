import { expect, test } from 'vitest';
import { label } from '#protocol/names.ts';
import { computerName, nameIssue } from './computer-name.ts';

test.each(['sql01', 'SQL01', ' pc-anna ', 'a', 'x'.repeat(63), 'x'.repeat(64), '-a', 'a-', 'a_b', 'über', 'a b', ''])(
  'the server judges %j as this page does',
  (typed) => {
    expect(nameIssue(typed) === undefined).toBe(label.safeParse(computerName(typed)).success);
  },
);
