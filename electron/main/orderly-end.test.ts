import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endInOrder } from './orderly-end.ts';

const app = Object.assign(new EventEmitter(), { quit: vi.fn(() => quit()), exit: vi.fn() });
const powerMonitor = new EventEmitter();
const bugs = vi.fn();
const quit = () => {
  const event = { preventDefault: vi.fn() };
  app.emit('before-quit', event);
  return event;
};
function arrange(undo: () => Promise<void>) {
  const undoing = vi.fn(undo);
  endInOrder({ app: app as never, powerMonitor: powerMonitor as never, undo: undoing, onBug: bugs, patienceMs: 1_000 });
  return undoing;
}

beforeEach(() => {
  vi.useFakeTimers();
  app.removeAllListeners();
  powerMonitor.removeAllListeners();
  vi.clearAllMocks();
});
afterEach(() => vi.useRealTimers());

test('Electron waits until everything is undone, however often it is asked to quit', async () => {
  const done = Promise.withResolvers<void>();
  const undo = arrange(() => done.promise);
  expect(quit().preventDefault).toHaveBeenCalled();
  expect(quit().preventDefault).toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(900);
  expect(app.exit).not.toHaveBeenCalled();
  done.resolve();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(undo).toHaveBeenCalledTimes(1);
  expect(app.exit.mock.calls).toEqual([[0]]);
});

test('what hangs, or fails, does not keep the computer from shutting down', async () => {
  arrange(() => new Promise(() => undefined));
  powerMonitor.emit('shutdown');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(app.exit.mock.calls).toEqual([[1]]);
  app.removeAllListeners();
  arrange(() => Promise.reject(new Error('no')));
  quit();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(app.exit.mock.calls).toEqual([[1], [1]]);
  expect(bugs).toHaveBeenCalledTimes(2);
});
