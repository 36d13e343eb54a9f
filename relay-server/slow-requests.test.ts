import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { startLoopbackServer } from './loopback-server.fixture.ts';
import { SlowRequestCounter } from './slow-requests.ts';
import { readObserved } from './upkeep/observed-file.ts';

test('counts a spell by lines, and begins anew after a quiet while', () => {
  let now = 1_000;
  const counter = new SlowRequestCounter(() => now);
  expect(counter.spell).toBeUndefined();
  counter.ended('10.0.0.1');
  now = 5_000;
  for (const address of ['fd00::1', 'fd00::2', '::ffff:10.0.0.1', 'fd00::3']) counter.ended(address);
  expect(counter.spell).toEqual({ count: 5, worst: { line: 'fd00::', count: 3 }, since: 1_000, last: 5_000 });
  now += LIMITS.NEWS_LAST_MS.value + 1;
  counter.ended('10.0.0.2');
  expect(counter.spell).toEqual({ count: 1, worst: { line: '10.0.0.2', count: 1 }, since: now, last: now });
});

test('remembers only so many lines, and counts the others all the same', () => {
  const counter = new SlowRequestCounter(() => 1_000_000);
  const lines = LIMITS.SLOW_LINES_MAX.value + 10;
  for (let line = 0; line < lines; line++) counter.ended(`10.0.${line >> 8}.${line & 255}`);
  for (let again = 0; again < 3; again++) counter.ended('10.9.9.9');
  expect(counter.spell).toMatchObject({ count: lines + 3, worst: { count: 1 } });
});

test('sees what the HTTP server ends: the head of a request that never comes to its end', {
  timeout: 60_000,
}, async () => {
  await using relay = await startLoopbackServer();
  const { port } = relay.server.address;
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  });
  socket.on('error', () => undefined);
  await expect
    .poll(async () => (await readObserved(relay.dataDirectory))?.slow, { timeout: 50_000 })
    .toMatchObject({
      count: 1,
      worst: { line: '127.0.0.1', count: 1 },
    });
});
