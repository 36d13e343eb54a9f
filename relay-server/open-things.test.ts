import { expect, test } from 'vitest';
import { OpenThings } from './open-things.ts';

test('what was opened is closed in the opposite order, all of it, once', async () => {
  const closed: number[] = [];
  const things = new OpenThings();
  for (const number of [1, 2, 3]) {
    things.add(async () => {
      closed.push(number);
      if (number > 1) throw new Error(`thing ${number}`);
    });
  }
  const both = Promise.allSettled([things.close(), things.close()]);
  expect(await both).toMatchObject([{ reason: { message: 'thing 3' } }, { reason: { message: 'thing 3' } }]);
  expect(closed).toEqual([3, 2, 1]);
});
