import { expect, test } from 'vitest';
import { offlineWords } from './reach-words.ts';

test('says who is offline, and nothing when nobody is', () => {
  const machine = (name: string, online: boolean) => ({ name: name as never, online });
  expect(offlineWords([machine('pc', true), machine('sql', true)])).toBeNull();
  expect(offlineWords([machine('pc', true), machine('sql', false)])).toBe(
    'But sql is offline now: policy lets it, once it is back.',
  );
  expect(offlineWords([machine('pc', false), machine('sql', false)])).toMatch(/^But pc and sql are offline now/);
});
