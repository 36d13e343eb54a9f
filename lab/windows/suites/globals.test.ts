import { afterEach, expect, test, vi } from 'vitest';
import { Globals } from './globals.ts';

afterEach(() => void vi.useRealTimers());

test('a false clock that was left behind is named, and the true one put back', () => {
  const [timer, clock] = [setTimeout, performance];
  const globals = new Globals();
  expect(globals.putBack()).toEqual([]);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  expect(globals.putBack()).toEqual(expect.arrayContaining(['setTimeout', 'clearTimeout']));
  expect(globals.putBack()).toEqual([]);
  expect([setTimeout, performance]).toEqual([timer, clock]);
});

test('who cleans up after itself is not named', () => {
  const globals = new Globals();
  vi.useFakeTimers();
  vi.useRealTimers();
  expect(globals.putBack()).toEqual([]);
});
