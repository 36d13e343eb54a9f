import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { CONTROL_PATH, CONTROL_SUBPROTOCOL } from '#protocol/control-messages.ts';
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
import { serverPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { authenticationTranscript } from '#protocol/proofs.ts';
import { decodeToken } from '#protocol/token.ts';
import { activateMachine, LoopbackConnection, LoopbackKeys, returnMachine } from '../loopback-machine.fixture.ts';
import { type LoopbackServer, startLoopbackServer } from '../loopback-server.fixture.ts';

let relay: LoopbackServer;
let url: string;
let token: string;

beforeAll(async () => {
  relay = await startLoopbackServer();
  url = relay.server.url;
  await relay.must('POST', '/subscriptions', { name: 'contoso' });
  token = (await relay.must('POST', '/subscriptions/contoso/tokens', {})).token;
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('a stranger', () => {
  test('may do nothing before it is authenticated', async () => {
    const connection = await LoopbackConnection.open(url);
    for (const method of ['self', 'listPeers', 'relayTicket', 'deactivate'] as const) {
      await expect(connection.request(method, {})).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    }
    await connection.close();
  });

  test('is not told whether a machine exists', async () => {
    const machine = await activateMachine(url, token, 'secretive');
    const connection = await LoopbackConnection.open(url);
    const thief = new LoopbackKeys();
    const known = connection.request('authenticate', connection.authentication(machine.self.id, thief));
    const unknownId = 'ab'.repeat(16) as typeof machine.self.id;
    const unknown = connection.request('authenticate', connection.authentication(unknownId, thief));
    const [a, b] = await Promise.allSettled([known, unknown]);
    expect(a).toMatchObject({ status: 'rejected', reason: { code: 'AUTHENTICATION_FAILED' } });
    expect(String((a as PromiseRejectedResult).reason)).toBe(String((b as PromiseRejectedResult).reason));
    await connection.close();
  });

  test('can not use the answer to another challenge', async () => {
    const machine = await activateMachine(url, token, 'replayed');
    const [first, second] = [await LoopbackConnection.open(url), await LoopbackConnection.open(url)];
    const answer = first.authentication(machine.self.id, machine.keys);
    await expect(second.request('authenticate', answer)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await first.request('authenticate', answer);
    await Promise.all([first.close(), second.close()]);
  });

  test('can not show on what a machine has shown another server', async () => {
    const machine = await activateMachine(url, token, 'lured');
    const genuine = await LoopbackConnection.open(url);
    const hostile = authenticationTranscript(
      fromBase64url(genuine.challenge.nonce),
      serverPin.parse(toBase64url(new Uint8Array(32))),
      machine.self.id,
    );
    const shown = { ...genuine.authentication(machine.self.id, machine.keys), signature: machine.keys.sign(hostile) };
    await expect(genuine.request('authenticate', shown)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await genuine.close();
  });

  test('can not let in a machine that wants to be let in by another server', async () => {
    const genuine = await LoopbackConnection.open(url);
    const hostile = { ...decodeToken(token), pin: serverPin.parse(toBase64url(new Uint8Array(32))) };
    const shown = genuine.activation(hostile, new LoopbackKeys(), 'lured-too');
    await expect(genuine.request('activate', shown)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await genuine.close();
  });

  test('has only so many connections that are not authenticated', async () => {
    const open: LoopbackConnection[] = [];
    for (let i = 0; i < LIMITS.UNAUTHENTICATED_PER_ADDRESS.value; i++) open.push(await LoopbackConnection.open(url));
    await expect(LoopbackConnection.open(url)).rejects.toThrow('429');
    await Promise.all(open.map((connection) => connection.close()));
    await (await LoopbackConnection.open(url)).close();
  });

  test('gets 404 for a WebSocket anywhere else, and 400 without the subprotocol', async () => {
    const refusal = (path: string, protocol: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(new URL(path, url), protocol, { rejectUnauthorized: false });
        socket.on('error', (error) => resolve(error.message));
      });
    expect(await refusal('/elsewhere', CONTROL_SUBPROTOCOL)).toContain('404');
    expect(await refusal(CONTROL_PATH, 'something-else')).toContain('400');
  });
});

describe('messages', () => {
  test('of a wrong shape are answered if they have an id, else they end the connection', async () => {
    const connection = await LoopbackConnection.open(url);
    const wrong = connection.request('activate', { name: 7 } as never);
    await expect(wrong).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
    const unknownMethod = connection.request('obey' as 'self', {});
    await expect(unknownMethod).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
    connection.sendText('{"type":"request","method":"self"}');
    expect(await connection.closed).toMatchObject({ status: 1007, reason: 'MESSAGE_MALFORMED' });
  });

  test('that are no JSON, binary or over the cap end the connection', async () => {
    for (const [message, status] of [
      ['{nonsense', 1007],
      [new Uint8Array(4), 1003],
      [' '.repeat(LIMITS.CONTROL_MESSAGE_MAX_BYTES.value + 1), 1009],
    ] as const) {
      const connection = await LoopbackConnection.open(url);
      connection.sendText(message);
      expect(await connection.closed).toMatchObject({ status });
    }
  });

  test('may come many at once and are answered each', async () => {
    const { connection, self } = await activateMachine(url, token, 'busy');
    const answers = await Promise.all(Array.from({ length: 300 }, () => connection.request('self', {})));
    expect(new Set(answers.map((answer) => answer.self.id))).toEqual(new Set([self.id]));
    await connection.close();
  });
});

describe('a machine', () => {
  test('keeps its two newest connections', async () => {
    const machine = await activateMachine(url, token, 'manifold');
    const oldest = machine.connection;
    await returnMachine(url, machine);
    await returnMachine(url, machine);
    expect(await oldest.closed).toMatchObject({ status: 4000 });
    expect((await machine.connection.request('self', {})).self.id).toBe(machine.self.id);
    await machine.connection.close();
  });

  test('is shown with what it reports', async () => {
    const machine = await activateMachine(url, token, 'reporter');
    await machine.connection.request('report', { relay: 'connected', relayRoundTripMs: 4, sessions: 2 });
    const show = () => relay.must('GET', '/subscriptions/contoso/machines/reporter');
    expect(await show()).toMatchObject({ relay: 'connected', online: true });
    await machine.connection.close();
    await expect.poll(show).toMatchObject({ relay: 'disconnected', online: false });
  });
});

test('TLS offers HTTP/1.1 and refuses what is older than 1.2', async () => {
  const { port } = relay.server.address;
  const dial = (options: object) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
        resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
        socket.destroy();
      });
      socket.on('error', () => resolve('refused'));
    });
  expect(await dial({ ALPNProtocols: ['h2', 'http/1.1'] })).toBe('TLSv1.3 http/1.1');
  expect(await dial({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toBe('refused');
});
