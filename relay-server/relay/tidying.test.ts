import { expect, test, vi } from 'vitest';
import { TIDY_AFTER_LOGINS, Tidying } from './tidying.ts';

test('collects once after enough logins, and not while there are logins or frames', () => {
  const collect = vi.fn();
  const tidying = new Tidying(collect);
  for (const [logins, frames] of [
    [TIDY_AFTER_LOGINS - 1, 0],
    [TIDY_AFTER_LOGINS - 1, 0],
    [TIDY_AFTER_LOGINS, 0],
    [TIDY_AFTER_LOGINS, 1],
  ] as const) {
    tidying.look(logins, frames);
  }
  expect(collect).not.toHaveBeenCalled();
  tidying.look(TIDY_AFTER_LOGINS, 1);
  tidying.look(TIDY_AFTER_LOGINS, 1);
  expect(collect).toHaveBeenCalledExactlyOnceWith({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  tidying.look(2 * TIDY_AFTER_LOGINS, 1);
  tidying.look(2 * TIDY_AFTER_LOGINS, 1);
  expect(collect).toHaveBeenCalledTimes(2);
});
