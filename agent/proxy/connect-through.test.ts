import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { connectThrough } from './connect-through.ts';
import { parseProxy } from './proxy.ts';

const TO = { host: 'relay.example', port: 443 };
const never = new AbortController().signal;
let server: Server | undefined;
afterEach(() => void server?.close());

/** A proxy on loopback that gives the same answer to everybody. */
async function proxyThat(answers: (request: string, socket: Socket) => void, credentials = '') {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => answers(request.toString(), socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return parseProxy(`http://${credentials}127.0.0.1:${port}`, 'the test');
}

test('CONNECT names the destination and signs in; what comes next is the destination’s', async () => {
  let asked = '';
  const proxy = await proxyThat((request, socket) => {
    asked = request;
    socket.write('HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n');
    socket.once('data', (hello) => socket.end(`to ${hello}`));
  }, 'alice:opensesame@');
  const socket = await connectThrough(proxy, TO, never);
  socket.write('you');
  expect(String((await once(socket.resume(), 'data'))[0])).toBe('to you');
  expect(asked).toMatch(/^CONNECT relay\.example:443 HTTP\/1\.1\r\nHost: relay\.example:443\r\n/);
  expect(asked).toContain(`Proxy-Authorization: Basic ${btoa('alice:opensesame')}\r\n`);
});

test.each([
  ['407 x\r\nProxy-Authenticate: Basic realm="x"', '', 'PROXY_SIGN_IN_NEEDED'],
  ['407 x\r\nProxy-Authenticate: Basic realm="x"', 'a:b@', 'PROXY_SIGN_IN_REFUSED'],
  ['407 x\r\nproxy-authenticate: Negotiate\r\nProxy-Authenticate: NTLM', 'a:b@', 'PROXY_SIGN_IN_UNSUPPORTED'],
  ['403 Forbidden', '', 'PROXY_REFUSED'],
  ['302 Found\r\nLocation: http://portal/', '', 'PROXY_REFUSED'],
  ['503 Service Unavailable', '', 'SERVER_UNREACHABLE'],
])('HTTP/1.1 %s is %s%s', async (answer, credentials, code) => {
  const proxy = await proxyThat((_, socket) => socket.write(`HTTP/1.1 ${answer}\r\n\r\n`), credentials);
  await expect(connectThrough(proxy, TO, never)).rejects.toMatchObject({ code });
});

test.each([
  ['speaks something else', 'SSH-2.0-x\r\n\r\n', /no HTTP proxy/],
  ['never ends its answer', `HTTP/1.1 200 ${'x'.repeat(20_000)}`, /never ends/],
])('who %s is no proxy', async (_, text, message) => {
  const proxy = await proxyThat((_request, socket) => socket.write(text));
  await expect(connectThrough(proxy, TO, never)).rejects.toThrow(message);
});

test('a proxy that is not there, or closes, is named; a stop is told as it is', async () => {
  const closing = await proxyThat((_, socket) => socket.end());
  await expect(connectThrough(closing, TO, never)).rejects.toMatchObject({ code: 'PROXY_UNREACHABLE' });
  server?.close();
  const absent = parseProxy('http://127.0.0.1:9', 'the test');
  await expect(connectThrough(absent, TO, never)).rejects.toThrow(
    /127\.0\.0\.1:9 can not be used: the connection was refused/,
  );
  const silent = await proxyThat(() => undefined);
  const stop = new AbortController();
  const connecting = connectThrough(silent, TO, stop.signal);
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await expect(connecting).rejects.toThrow('enough');
});
