import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CausewayError } from '#protocol/errors.ts';
import { serverPin } from '#protocol/ids.ts';
import { connectPinned } from './pinned-socket.ts';
import { openPinnedWebSocket, type WebSocketTarget } from './pinned-websocket.ts';
import { RudeServer, switching, textFrame } from './rude-server.fixture.ts';

let server: RudeServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

const never = new AbortController().signal;

function targetOf(rude: RudeServer): WebSocketTarget {
  return { ...rude.target, path: '/x', subprotocol: 'x.1', maxPayload: 1_000, oneByOne: false };
}

function answer(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

describe('a refused upgrade', () => {
  test('is the error of the catalogue that came with it', async () => {
    const error = new CausewayError('TICKET_REFUSED').toWire();
    server = await RudeServer.start((_, socket) => socket.end(answer('401 No', JSON.stringify({ error }))));
    await expect(openPinnedWebSocket(targetOf(server), never)).rejects.toMatchObject({ code: 'TICKET_REFUSED' });
  });

  test.each([
    ['no body', answer('401 No', '')],
    ['a page', answer('502 Bad Gateway', '<html>')],
    ['another shape', answer('403 No', '{"error":"no"}')],
    ['a body that ends too soon', 'HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n{'],
    ['an ordinary page', answer('200 OK', 'hello')],
  ])('with %s says the status', async (_, text) => {
    server = await RudeServer.start((_request, socket) => socket.end(text));
    await expect(openPinnedWebSocket(targetOf(server), never)).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining(`HTTP status ${/ (\d+) /.exec(text)?.[1]}`),
    });
  });

  test('that never ends is given up on', async () => {
    server = await RudeServer.start((_, socket) => socket.write('HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\n{'));
    const giveUp = new AbortController();
    const opening = openPinnedWebSocket(targetOf(server), giveUp.signal);
    setTimeout(() => giveUp.abort(new Error('given up')), 50);
    await expect(opening).rejects.toThrow(/given up|HTTP status 500/);
  });
});

test('a server that closes at once, or answers no HTTP, can not be reached', async () => {
  server = await RudeServer.start((_, socket) => socket.destroy());
  await expect(openPinnedWebSocket(targetOf(server), never)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  await server[Symbol.asyncDispose]();
  server = await RudeServer.start((_, socket) => socket.end('SSH-2.0-nonsense\r\n'));
  await expect(openPinnedWebSocket(targetOf(server), never)).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});

test('a message in one packet with the answer is not lost', async () => {
  server = await RudeServer.start((request, socket) => {
    socket.write(Buffer.concat([Buffer.from(switching(request)), textFrame('first'), textFrame('second')]));
  });
  const { webSocket } = await openPinnedWebSocket(targetOf(server), never);
  await new Promise((resolve) => setImmediate(resolve));
  const seen: string[] = [];
  const both = new Promise<void>((resolve) => {
    webSocket.on('message', (data) => {
      seen.push(String(data));
      if (seen.length === 2) resolve();
    });
  });
  webSocket.resume();
  await both;
  expect(seen).toEqual(['first', 'second']);
  webSocket.terminate();
});

test('what follows a message waits for those who awaited it, if asked for', async () => {
  server = await RudeServer.start((request, socket) => {
    socket.write(Buffer.concat([Buffer.from(switching(request)), textFrame('first'), textFrame('second')]));
  });
  const { webSocket } = await openPinnedWebSocket({ ...targetOf(server), oneByOne: true }, never);
  const order: string[] = [];
  const both = new Promise<void>((resolve) => {
    const act = async (text: string) => {
      order.push(text);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      order.push(`${text} done`);
      if (order.length === 4) resolve();
    };
    webSocket.on('message', (data) => void act(String(data)));
  });
  webSocket.resume();
  await both;
  expect(order).toEqual(['first', 'first done', 'second', 'second done']);
  webSocket.terminate();
});

describe('the pin', () => {
  test('decides, whatever the certificate says', async () => {
    server = await RudeServer.start((_, socket) => socket.destroy());
    const socket = await connectPinned(server.target, never);
    socket.destroy();
    const other = { ...server.target, pin: serverPin.parse('A'.repeat(43)) };
    await expect(connectPinned(other, never)).rejects.toMatchObject({ code: 'SERVER_PIN_MISMATCH' });
    expect(server.connections).toBe(0);
  });

  test('can not be checked where nothing speaks TLS', async () => {
    const plain = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('220 mail.example ESMTP\r\n'),
    );
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const target = {
      server: `https://127.0.0.1:${(plain.address() as AddressInfo).port}`,
      pin: serverPin.parse('A'.repeat(43)),
    };
    await expect(connectPinned(target, never)).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringContaining('what answers there does not speak TLS'),
    });
    await new Promise((resolve) => plain.close(resolve));
    await expect(connectPinned(target, never)).rejects.toMatchObject({
      message: expect.stringContaining('the connection was refused'),
    });
  });

  test('an attempt ends with its signal', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const server = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const giveUp = new AbortController();
    const attempt = connectPinned({ server, pin: serverPin.parse('A'.repeat(43)) }, giveUp.signal);
    giveUp.abort(new Error('enough'));
    await expect(attempt).rejects.toThrow('enough');
    await expect(connectPinned({ server, pin: serverPin.parse('A'.repeat(43)) }, giveUp.signal)).rejects.toThrow(
      'enough',
    );
    silent.close();
  });
});
