import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gathering } from './gathering.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function scene() {
  const done: string[] = [];
  let finish: () => void = () => undefined;
  const gathering = new Gathering<string>((kinds, of) => {
    done.push(`${of}: ${[...kinds].join(' ')}`);
    return new Promise<void>((resolve) => {
      finish = resolve;
    });
  }, 500);
  return { done, gathering, finish: () => finish() };
}

test('the first is done at once, what comes meanwhile once, when both the work and the pause are over', async () => {
  const { done, gathering, finish } = scene();
  gathering.ask(['groups'], 'a');
  expect(done).toEqual(['a: groups']);
  for (let time = 0; time < 10; time++) gathering.ask(['machines', 'groups'], 'a');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toHaveLength(1);
  finish();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(['a: groups', 'a: machines groups']);
  finish();
  await vi.advanceTimersByTimeAsync(499);
  gathering.ask(['roles'], 'a');
  expect(done).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toHaveLength(3);
});

test('one waits not for another, and after a rest the next is done at once again', async () => {
  const { done, gathering, finish } = scene();
  gathering.ask(['groups'], 'a');
  gathering.ask(['groups'], null);
  expect(done).toEqual(['a: groups', 'null: groups']);
  finish();
  await vi.advanceTimersByTimeAsync(500);
  gathering.ask(['people'], null);
  expect(done.at(-1)).toBe('null: people');
});

test('nothing is done after the end', async () => {
  const { done, gathering, finish } = scene();
  gathering.ask(['groups'], 'a');
  gathering.ask(['roles'], 'a');
  gathering.stop();
  finish();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toHaveLength(1);
});
