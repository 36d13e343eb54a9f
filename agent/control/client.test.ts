import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import { machineId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { label } from '#protocol/names.ts';
import { RudeServer } from '../connection/rude-server.fixture.ts';
import { ServerClock } from '../server-clock.ts';
import { type Identity, loadOrCreateIdentity } from '../state/identity.ts';
import { ControlClient } from './client.ts';
import { ControlConnection } from './connection.ts';

const CHALLENGE = {
  type: 'challenge',
  nonce: 'A'.repeat(43),
  ephemeral: 'A'.repeat(43),
  serverTime: 1_800_000_000_000,
  serverVersion: '0',
};
const SELF: SelfFacts = {
  id: machineId.parse('1'.repeat(32)),
  kind: 'local-endpoint',
  name: label.parse('sql01'),
  subscription: { id: subscriptionId.parse('2'.repeat(32)), name: label.parse('contoso') },
  ipv4: '100.64.1.2',
  ipv6: 'fd00::2',
  memberOf: null,
  relays: [],
  policyVersion: 1,
};
const PEER = machineId.parse('3'.repeat(32));

let directory: string;
let identity: Identity;
let server: RudeServer | undefined;
let client: ControlClient | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-control-'));
  identity = await loadOrCreateIdentity(directory);
});
afterEach(async () => {
  client?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
  vi.useRealTimers();
});

const silent = {
  onEvent: () => undefined,
  onProven: () => undefined,
  onDoubtful: () => undefined,
  onClose: () => undefined,
};
const never = new AbortController().signal;

/** Sends the challenge, then answers requests by `answers`; what has no answer stays unanswered. */
function answering(answers: Record<string, (webSocket: WebSocket) => object>): (webSocket: WebSocket) => void {
  return (webSocket) => {
    webSocket.send(JSON.stringify(CHALLENGE));
    webSocket.on('message', (data) => {
      const { id, method } = JSON.parse(String(data)) as { id: number; method: string };
      const answer = answers[method]?.(webSocket);
      if (answer !== undefined) webSocket.send(JSON.stringify({ type: 'response', id, ...answer }));
    });
  };
}

const WELL = {
  authenticate: () => ({ ok: true, result: { self: SELF } }),
  sync: () => ({ ok: true, result: { revoked: [] } }),
};

describe('a connection', () => {
  test.each([
    ['something else than a challenge', (webSocket: WebSocket) => webSocket.send('{"type":"hello"}')],
    ['no JSON', (webSocket: WebSocket) => webSocket.send('{')],
    ['a message over the cap', (webSocket: WebSocket) => webSocket.send('x'.repeat(70_000))],
  ])('that begins with %s is refused', async (_, rude) => {
    server = await RudeServer.webSocket(rude);
    await expect(ControlConnection.open(server.target, silent, never)).rejects.toMatchObject({
      code: 'MESSAGE_MALFORMED',
    });
  });

  test('that closes before the challenge can not be used', async () => {
    server = await RudeServer.webSocket((webSocket) => webSocket.close());
    await expect(ControlConnection.open(server.target, silent, never)).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    });
  });

  test('without a challenge is given up with its signal', async () => {
    const giveUp = new AbortController();
    server = await RudeServer.webSocket(() => giveUp.abort(new Error('enough')));
    await expect(ControlConnection.open(server.target, silent, giveUp.signal)).rejects.toThrow('enough');
  });

  test('takes the first of two answers, and refuses one of the wrong shape', async () => {
    server = await RudeServer.webSocket(
      answering({
        self: (webSocket) => {
          webSocket.send(JSON.stringify({ type: 'response', id: 1, ok: true, result: { self: SELF } }));
          return { ok: false, error: new CausewayError('INTERNAL', { issue: 'again' }).toWire() };
        },
        relayTicket: () => ({ ok: true, result: { ticket: 7 } }),
        report: () => ({ ok: false, error: { code: 'FROM_THE_FUTURE', message: 'Odd.', remedy: 'None.' } }),
      }),
    );
    const connection = await ControlConnection.open(server.target, silent, never);
    expect(await connection.request('self', {})).toEqual({ self: SELF });
    await expect(connection.request('relayTicket', {})).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
    await expect(connection.request('report', { relay: 'connected', sessions: 0 })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('Odd.'),
    });
    connection[Symbol.dispose]();
  });

  test.each([
    ['nonsense', 'nonsense'],
    ['too much', 'x'.repeat(LIMITS.CONTROL_MESSAGE_MAX_BYTES.value + 1)],
  ])('ends once when the server sends %s, and its requests with it', async (_, text) => {
    const closes: CausewayError[] = [];
    server = await RudeServer.webSocket(
      answering({
        self: (webSocket) => {
          webSocket.send(text);
          return WELL.authenticate();
        },
      }),
    );
    const listener = { ...silent, onClose: (error: CausewayError) => void closes.push(error) };
    const connection = await ControlConnection.open(server.target, listener, never);
    await expect(connection.request('self', {})).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
    await expect(connection.request('self', {})).rejects.toMatchObject({ code: 'MESSAGE_MALFORMED' });
    connection[Symbol.dispose]();
    expect(closes).toHaveLength(1);
  });

  test('gives up a request that a living server does not answer, and lives on', async () => {
    server = await RudeServer.webSocket(answering({ sync: WELL.sync }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const connection = await ControlConnection.open(server.target, silent, never);
    const outcome = connection.request('self', {}).catch((error: CausewayError) => error.code);
    // Step by step: the server answers pings in real time.
    for (let passed = 0; passed < LIMITS.CONTROL_TIMEOUT_MS.value; passed += 500) {
      await vi.advanceTimersByTimeAsync(500);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await outcome).toBe('TIMED_OUT');
    expect(await connection.request('sync', { peers: [] })).toEqual({ revoked: [] });
    connection[Symbol.dispose]();
  });

  test('whose path died is found out in seconds when there is a request, and no request hangs', async () => {
    server = await RudeServer.webSocket((webSocket) => {
      webSocket.send(JSON.stringify(CHALLENGE));
      webSocket.pause();
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const connection = await ControlConnection.open(server.target, silent, never);
    const outcome = connection.request('self', {}).catch((error: CausewayError) => error.message);
    // Step by step: each look at the connection waits for what has come meanwhile.
    for (let passed = 0; passed < LIMITS.PING_TIMEOUT_MS.value * 1.5; passed += 100) {
      await vi.advanceTimersByTimeAsync(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await outcome).toContain('it stopped answering');
  });

  test('ends with its signal, and so do its requests', async () => {
    server = await RudeServer.webSocket(answering({}));
    const stop = new AbortController();
    const connection = await ControlConnection.open(server.target, silent, stop.signal);
    const request = connection.request('self', {});
    stop.abort();
    await expect(request).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  });
});

describe('the client', () => {
  interface Told {
    readonly events: string[];
    readonly next: (event: string) => Promise<void>;
  }

  function start(target: RudeServer['target']): Told {
    const events: string[] = [];
    const waiting = new Set<() => void>();
    const tell = (event: string) => {
      events.push(event);
      for (const look of waiting) look();
    };
    client = new ControlClient({
      target,
      machine: SELF.id,
      identity,
      software: { os: 'test', agentVersion: '0' },
      clock: new ServerClock(),
      handlers: {
        onOnline: () => tell('online'),
        onProven: () => tell('proven'),
        onDoubtful: () => tell('doubtful'),
        onOffline: ({ code }, final) => tell(`offline ${code}${final ? ' final' : ''}`),
        onSelf: ({ name }) => tell(`self ${name}`),
        onPolicyChanged: (version) => tell(`policy ${version}`),
        onWatch: () => {},
        onDiagnose: () => {},
        onRevoked: (peers) => tell(`revoked ${peers.length}`),
        livePeers: () => [PEER],
      },
    });
    const next = (event: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!events.includes(event)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    return { events, next };
  }

  test('is online only after the sync, and learns what was revoked before that', async () => {
    server = await RudeServer.webSocket(
      answering({ ...WELL, sync: () => ({ ok: true, result: { revoked: [PEER] } }) }),
    );
    const told = start(server.target);
    await expect(client?.request('self', {})).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await told.next('online');
    expect(told.events).toEqual(['self sql01', 'revoked 1', 'online']);
  });

  test('keeps the newer of the facts when an event follows the answer at once', async () => {
    const renamed = { ...SELF, name: label.parse('sql02') };
    server = await RudeServer.webSocket(
      answering({
        ...WELL,
        authenticate: (webSocket) => {
          setImmediate(() => webSocket.send(JSON.stringify({ type: 'event', event: 'self-changed', self: renamed })));
          return WELL.authenticate();
        },
      }),
    );
    const told = start(server.target);
    await told.next('self sql02');
    await told.next('online');
    expect(told.events.filter((event) => event.startsWith('self'))).toEqual(['self sql01', 'self sql02']);
  });

  test('ignores an event of a later version, and stays online', async () => {
    server = await RudeServer.webSocket(
      answering({
        ...WELL,
        self: (webSocket) => {
          webSocket.send(JSON.stringify({ type: 'event', event: 'party', where: 'here' }));
          return WELL.authenticate();
        },
      }),
    );
    const told = start(server.target);
    await told.next('online');
    await client?.request('self', {});
    expect(client?.online).toBe(true);
  });

  test('says once why it is offline when the introduction fails, and tries again', async () => {
    server = await RudeServer.webSocket((webSocket, number) => {
      if (number === 1) answering({ ...WELL, sync: (closing) => closing.terminate() as never })(webSocket);
      else answering(WELL)(webSocket);
    });
    const told = start(server.target);
    await told.next('online');
    expect(told.events).toEqual(['self sql01', 'offline SERVER_UNREACHABLE', 'self sql01', 'online']);
  });

  test('never says that the server is proven while it refuses', async () => {
    server = await RudeServer.webSocket(
      answering({ authenticate: () => ({ ok: false, error: new CausewayError('MACHINE_DISABLED').toWire() }) }),
    );
    const told = start(server.target);
    await told.next('offline MACHINE_DISABLED final');
    expect(told.events).toEqual(['offline MACHINE_DISABLED final']);
    await expect(client?.request('self', {})).rejects.toMatchObject({ code: 'MACHINE_DISABLED' });
  });

  test('goes at once when it is cut off, though the server keeps the connection', async () => {
    server = await RudeServer.webSocket(
      answering({
        ...WELL,
        self: (webSocket) => {
          const error = new CausewayError('AUTHENTICATION_FAILED').toWire();
          webSocket.send(JSON.stringify({ type: 'event', event: 'cut-off', error }));
          return WELL.authenticate();
        },
      }),
    );
    const told = start(server.target);
    await told.next('online');
    await expect(client?.request('self', {})).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await told.next('offline AUTHENTICATION_FAILED final');
    expect(told.events.filter((event) => event.startsWith('offline'))).toHaveLength(1);
  });

  test('asks for a new challenge when told to, without saying that it is offline', async () => {
    server = await RudeServer.webSocket(answering(WELL));
    const told = start(server.target);
    await told.next('online');
    told.events.length = 0;
    client?.reconnect();
    await told.next('online');
    expect(told.events).toEqual(['self sql01', 'online']);
    expect(server.connections).toBe(2);
  });

  test('begins an attempt anew by another way out, and gives a connection up when there is none', async () => {
    server = await RudeServer.webSocket((webSocket, number) => {
      // The first never gets a challenge: its packets went nowhere.
      if (number > 1) answering(WELL)(webSocket);
    });
    const told = start(server.target);
    while (server.connections === 0) await new Promise((resolve) => setImmediate(resolve));
    client?.connectAfresh(() => true);
    await told.next('online');
    expect(told.events).toEqual(['self sql01', 'online']);
    client?.giveUp('this computer has no network');
    expect(told.events.at(-1)).toBe('offline SERVER_UNREACHABLE');
    await expect(client?.request('self', {})).rejects.toThrow('this computer has no network');
    client?.connectAfresh(() => true);
    told.events.length = 0;
    await told.next('online');
    told.events.length = 0;
    client?.connectAfresh(() => false);
    await told.next('online');
    expect(told.events).toEqual(['self sql01', 'online']);
    expect(server.connections).toBe(4);
  });

  test('says nothing more once it is disposed of, even in the middle of an introduction', async () => {
    let asked: () => void = () => undefined;
    const introduced = new Promise<void>((resolve) => {
      asked = resolve;
    });
    server = await RudeServer.webSocket(answering({ authenticate: () => asked() as never }));
    const told = start(server.target);
    await introduced;
    client?.[Symbol.dispose]();
    await expect(client?.request('self', {})).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.events).toEqual([]);
  });
});
