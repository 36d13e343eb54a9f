import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Backoff } from './backoff.ts';
import { KeptConnection } from './kept-connection.ts';

/** One attempt, carried out by the test. */
interface Attempt {
  readonly signal: AbortSignal;
  readonly hold: (connection: FakeConnection) => void;
  readonly introduced: () => void;
  readonly fail: (error: Error) => void;
}
interface FakeConnection {
  readonly localAddress: string;
  readonly name: string;
}

const LOST = new CausewayError('SERVER_UNREACHABLE', { server: 'https://relay.example', cause: 'it is gone' });
const { RECONNECT_MIN_MS, RECONNECT_MAX_MS, NETWORK_CHANGE_PATIENCE_MS } = LIMITS;

let attempts: Attempt[];
let events: string[];
/** Called with what its owner is told, in the middle of it. */
let onDown: (error: CausewayError) => void;
let kept: KeptConnection<FakeConnection>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  attempts = [];
  events = [];
  onDown = () => undefined;
  kept = new KeptConnection<FakeConnection>({
    open: (signal, hold) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      attempts.push({ signal, hold, introduced: resolve, fail: reject });
      return promise;
    },
    probe: ({ name }, patienceMs) =>
      void events.push(`probe ${name}${patienceMs === undefined ? '' : ` ${patienceMs}`}`),
    end: ({ name }) => void events.push(`end ${name}`),
    onUp: ({ name }) => void events.push(`up ${name}`),
    onDown: (error, final) => {
      events.push(`down ${error.code}${final ? ' final' : ''}`);
      onDown(error);
    },
    // The longest wait of each turn.
    backoff: new Backoff(() => 0.999_999),
  });
});
afterEach(() => {
  kept[Symbol.dispose]();
  vi.useRealTimers();
});

const settled = () => vi.advanceTimersByTimeAsync(0);
const attempt = (number: number) => attempts[number - 1] as Attempt;
const named = (name: string): FakeConnection => ({ localAddress: '192.0.2.7', name });

/** The newest attempt comes to a connection that is up. */
async function goesUp(name: string): Promise<FakeConnection> {
  const connection = named(name);
  attempts.at(-1)?.hold(connection);
  attempts.at(-1)?.introduced();
  await settled();
  return connection;
}

test('is held before its introduction is over, and up after it', async () => {
  expect(attempts).toHaveLength(0);
  kept.connectNow();
  const connection = named('a');
  attempt(1).hold(connection);
  expect([kept.held, kept.up]).toEqual([connection, undefined]);
  attempt(1).introduced();
  await settled();
  expect([kept.held, kept.up]).toEqual([connection, connection]);
  expect(events).toEqual(['up a']);
});

test('makes one attempt at a time, and asks a connection that it has for a sign of life', async () => {
  kept.connectNow();
  kept.connectNow();
  expect(attempts).toHaveLength(1);
  await goesUp('a');
  kept.connectNow();
  expect(attempts).toHaveLength(1);
  expect(events).toEqual(['up a', 'probe a']);
});

test('tries again after a failure, later each time, and at once when told to', async () => {
  kept.connectNow();
  attempt(1).fail(LOST);
  await settled();
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  expect(attempts).toHaveLength(2);
  attempt(2).fail(LOST);
  await settled();
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  expect(attempts).toHaveLength(2);
  kept.connectNow();
  expect(attempts).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(RECONNECT_MAX_MS.value);
  expect(attempts).toHaveLength(3);
  expect(events).toEqual(['down SERVER_UNREACHABLE', 'down SERVER_UNREACHABLE']);
});

test.each([
  ['MACHINE_DISABLED', new CausewayError('MACHINE_DISABLED')],
  ['AUTHENTICATION_FAILED', new CausewayError('AUTHENTICATION_FAILED')],
])('%s is final: it knocks once a minute', async (code, error) => {
  kept.connectNow();
  attempt(1).fail(error);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(attempts).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(attempts).toHaveLength(2);
  expect(events).toEqual([`down ${code} final`]);
});

test('a connection that ends is told of once, ended in the middle of its introduction or after it', async () => {
  kept.connectNow();
  const a = named('a');
  attempt(1).hold(a);
  kept.ended(a, LOST);
  expect(attempt(1).signal.aborted).toBe(true);
  attempt(1).fail(LOST);
  await settled();
  kept.ended(a, LOST);
  kept.ended(undefined, LOST);
  expect(events).toEqual(['end a', 'down SERVER_UNREACHABLE']);
  await vi.advanceTimersByTimeAsync(RECONNECT_MAX_MS.value);
  const b = await goesUp('b');
  kept.ended(a, LOST);
  expect(kept.up).toBe(b);
  kept.ended(b, LOST);
  expect(kept.held).toBeUndefined();
  expect(events.slice(2)).toEqual(['up b', 'end b', 'down SERVER_UNREACHABLE']);
});

test.each([
  ['ends', (connection: FakeConnection) => kept.ended(connection, LOST)],
  ['is given up', () => kept.giveUp(LOST)],
])('the waits begin anew after a connection that held and then %s', async (_, lose) => {
  kept.connectNow();
  for (let failures = 0; failures < 8; failures++) {
    attempts.at(-1)?.fail(LOST);
    await vi.advanceTimersByTimeAsync(RECONNECT_MAX_MS.value);
  }
  const connection = await goesUp('a');
  await vi.advanceTimersByTimeAsync(RECONNECT_MAX_MS.value);
  const made = attempts.length;
  lose(connection);
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  expect(attempts).toHaveLength(made + 1);
});

test('a connection that was cut at once counts as a failed attempt', async () => {
  kept.connectNow();
  attempt(1).fail(LOST);
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  const connection = await goesUp('a');
  kept.ended(connection, LOST);
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  expect(attempts).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(RECONNECT_MIN_MS.value);
  expect(attempts).toHaveLength(3);
});

test('by another way out a connection that may live has to prove itself soon, another is replaced without a word', async () => {
  kept.connectNow();
  await goesUp('a');
  const asked: string[] = [];
  kept.connectAfresh((localAddress) => asked.push(localAddress) > 0);
  expect(asked).toEqual(['192.0.2.7']);
  expect(attempts).toHaveLength(1);
  kept.connectAfresh(() => false);
  expect(kept.held).toBeUndefined();
  await goesUp('b');
  expect(events).toEqual(['up a', `probe a ${NETWORK_CHANGE_PATIENCE_MS.value}`, 'end a', 'up b']);
});

test('an attempt begins anew by another way out, and what comes of the first is nobody’s', async () => {
  kept.connectNow();
  kept.connectAfresh(() => true);
  expect(attempt(1).signal.aborted).toBe(true);
  const connection = await goesUp('b');
  expect(() => attempt(1).hold(named('a'))).toThrow('this attempt is over');
  attempt(1).fail(LOST);
  await settled();
  expect(kept.up).toBe(connection);
  expect(events).toEqual(['up b']);
});

test('whoever is told that there is no connection may try at once, and may stop', async () => {
  onDown = () => kept.connectNow();
  kept.connectNow();
  const connection = await goesUp('a');
  kept.ended(connection, LOST);
  expect(attempts).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
  onDown = () => kept[Symbol.dispose]();
  attempt(2).fail(LOST);
  await settled();
  expect(vi.getTimerCount()).toBe(0);
});

test('disposed of, it ends what it has and says nothing more', async () => {
  kept.connectNow();
  const connection = await goesUp('a');
  kept[Symbol.dispose]();
  kept.ended(connection, LOST);
  kept.giveUp(LOST);
  kept.connectNow();
  expect(attempts).toHaveLength(1);
  expect(events).toEqual(['up a', 'end a']);
  expect(vi.getTimerCount()).toBe(0);
});
