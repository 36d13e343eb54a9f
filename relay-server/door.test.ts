/**
 * Strangers at the door of a real server: many connections, slow ones, and members who ask without end.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { lineOf } from './line.ts';
import { activateMachine } from './loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.fixture.ts';

let relay: LoopbackServer;
const sockets: Socket[] = [];

beforeEach(async () => {
  relay = await startLoopbackServer();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await relay[Symbol.asyncDispose]();
});

async function stranger(from: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: relay.server.address.port, localAddress: from });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('one line can hold so many connections that are nobody’s, and others are not held up', async () => {
  const most = LIMITS.CONNECTIONS_PER_ADDRESS.value;
  const held = await Promise.all(Array.from({ length: most }, () => stranger('127.0.0.2')));
  const surplus = await stranger('127.0.0.2');
  await once(surplus, 'close');
  expect(held.filter(({ destroyed }) => destroyed)).toEqual([]);
  expect((await relay.api('GET', './healthz')).status).toBe(200);
  held[0]?.destroy();
  await once(held[0] as Socket, 'close');
  // The server hears of it in its own time.
  for (let next = await stranger('127.0.0.2'); ; next = await stranger('127.0.0.2')) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (!next.destroyed) break;
  }
});

test('who sends a request byte by byte is ended in time', async () => {
  const socket = connectTls({ host: '127.0.0.1', port: relay.server.address.port, rejectUnauthorized: false });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const began = performance.now();
  socket.write('GET /healthz HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('x'), 500);
  socket.resume();
  await once(socket, 'close');
  clearInterval(drip);
  const allowed = LIMITS.HTTP_HEADERS_MS.value + 2 * LIMITS.HTTP_LOOK_EVERY_MS.value;
  expect(performance.now() - began).toBeLessThan(2 * allowed);
}, 60_000);

test('a machine that asks without end is told to wait', async () => {
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  const { token } = await relay.must('POST', '/subscriptions/contoso/tokens', {});
  const machine = await activateMachine(relay.server.url, token, 'pc01');
  const rate = relay.server.control.context.requestRate;
  const now = relay.server.control.context.clock.now();
  for (let asked = 0; asked < LIMITS.REQUESTS_PER_MACHINE_PER_MINUTE.value - 1; asked++)
    rate.take(machine.self.id, now);
  await machine.connection.request('self', {});
  await expect(machine.connection.request('self', {})).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await machine.connection.close();
});

test('a machine that writes without end is told to wait, and goes on with all else', async () => {
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  const { token } = await relay.must('POST', '/subscriptions/contoso/tokens', {});
  const machine = await activateMachine(relay.server.url, token, 'pc02');
  const checks = [{ name: 'x', result: 'ok' as const, sentence: 'y', remedy: null }];
  for (let written = 0; written < LIMITS.WRITES_PER_MACHINE_PER_MINUTE.value; written++)
    await machine.connection.request('diagnostics', { checks });
  await expect(machine.connection.request('diagnostics', { checks })).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(machine.connection.request('certify', { certificate: 'x' })).rejects.toMatchObject({
    code: 'RATE_LIMITED',
  });
  await machine.connection.request('self', {});
  await machine.connection.close();
});

test.each([
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::'],
  ['fe80::1%eth0', 'fe80::'],
])('%s counts as %s', (address, line) => {
  expect(lineOf(address)).toBe(line);
});
