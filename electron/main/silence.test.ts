import { connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Silence } from './silence.ts';

let silences: number;
let silence: Silence;

beforeEach(() => {
  silences = 0;
  silence = new Silence(() => {
    silences += 1;
  });
});
afterEach(() => {
  silence[Symbol.dispose]();
  vi.useRealTimers();
});

const after = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test('who speaks in time is not silent, and who does not is, once', async () => {
  vi.useFakeTimers();
  for (let word = 0; word < 10; word++) {
    silence.wordWithin(950);
    await after(900);
  }
  expect(silences).toBe(0);
  await after(60);
  expect(silences).toBe(1);
  await after(10_000);
  expect(silences).toBe(1);
  silence.wordWithin(950);
  await after(960);
  expect(silences).toBe(2);
});

test('who is no longer listened to is not silent', async () => {
  vi.useFakeTimers();
  silence.wordWithin(950);
  silence[Symbol.dispose]();
  await after(2_000);
  expect(silences).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('what came while oneself was busy is heard first', async () => {
  const served = Promise.withResolvers<Socket>();
  const server = createServer(served.resolve).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const listener = connect((server.address() as { port: number }).port, '127.0.0.1');
  listener.on('data', () => silence.wordWithin(10_000));
  const speaker = await served.promise;
  silence.wordWithin(30);
  speaker.write('alive');
  const busyUntil = performance.now() + 60;
  while (performance.now() < busyUntil);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(silences).toBe(0);
  listener.destroy();
  server.close();
});
