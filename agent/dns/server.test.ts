import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { encode, streamDecode, streamEncode } from 'dns-packet';
import { afterEach, describe, expect, test } from 'vitest';
import { isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import type { AddressResult, NameResult } from './answer.ts';
import {
  DEFAULT_DNS_ADDRESS,
  type DnsContext,
  type DnsServer,
  type ForwardedQuestion,
  startDnsServer,
} from './server.ts';

const run = promisify(execFile);
const dig = await run('dig', ['-v']).then(
  () => true,
  () => false,
);

const SQL01 = { name: 'sql01' as Label, ipv4: '100.64.0.7', ipv6: 'fd12:3456:789a::7' };
const ZONE = {
  subscription: 'contoso' as Label,
  ipv6Range: 'fd12:3456:789a::/48',
  self: { name: 'web1' as Label, ipv4: '100.64.0.1', ipv6: 'fd12:3456:789a::1' },
  routedSuffixes: ['corp.example'],
};
const SQL01_NAME = 'sql01.contoso.causeway.internal';

class Directory implements DnsContext {
  zone = () => ZONE;
  lookupName = async (name: Label, _signal: AbortSignal): Promise<NameResult> =>
    name === SQL01.name ? SQL01 : 'unknown';
  lookupAddress = async (address: string): Promise<AddressResult> => (address === SQL01.ipv4 ? SQL01 : 'unknown');
  forwardsOthers = () => false;
  forward = async (_question: ForwardedQuestion): Promise<Uint8Array | null> => null;
}

const started: DnsServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server[Symbol.asyncDispose]();
});

async function start(context: DnsContext = new Directory(), lookupTimeoutMs = 15_000): Promise<DnsServer> {
  const server = await startDnsServer({ context, port: 0, lookupTimeoutMs });
  started.push(server);
  return server;
}

function resolver(server: DnsServer): Resolver {
  const resolver = new Resolver({ timeout: 10_000, tries: 1 });
  resolver.setServers([`${server.address}:${server.port}`]);
  return resolver;
}

describe.skipIf(!dig)(dig ? 'asked by dig' : 'asked by dig (skipped: dig is not installed)', () => {
  const ask = async (server: DnsServer, ...args: string[]) =>
    (await run('dig', [`@${server.address}`, '-p', String(server.port), '+tries=1', ...args])).stdout;

  test.each([
    ['by UDP', '+notcp'],
    ['by TCP', '+tcp'],
    ['without EDNS', '+noedns'],
    ['with DNSSEC wanted', '+dnssec'],
    ['with a cookie and padding', '+cookie=0102030405060708'],
  ])('%s', async (_, option) => {
    const server = await start();
    const out = await ask(server, option, SQL01_NAME, 'A');
    expect(out).toContain('status: NOERROR');
    expect(out).toMatch(/flags: qr aa rd;/);
    expect(out).toMatch(/^sql01\.contoso\.causeway\.internal\. \d+ IN\tA\t100\.64\.0\.7$/m);
    expect(out).not.toContain('Warning: Message parser');
  });

  test('PTR, no data, NXDOMAIN with SOA, REFUSED, BADVERS', async () => {
    const server = await start();
    expect(await ask(server, '+short', '-x', SQL01.ipv4)).toBe(`${SQL01_NAME}.\n`);
    expect(await ask(server, SQL01_NAME, 'MX')).toMatch(/status: NOERROR[\s\S]*ANSWER: 0, AUTHORITY: 1/);
    expect(await ask(server, `no.contoso.causeway.internal`)).toMatch(
      /status: NXDOMAIN[\s\S]*AUTHORITY: 1[\s\S]*IN\tSOA/,
    );
    expect(await ask(server, 'example.com')).toContain('status: REFUSED');
    expect(await ask(server, '+edns=3', '+noednsnegotiation', SQL01_NAME)).toContain('status: BADVERS');
  });
});

test('answers another resolver library (c-ares)', async () => {
  const names = resolver(await start());
  expect(await names.resolve4(SQL01_NAME)).toEqual([SQL01.ipv4]);
  expect(await names.resolve6(SQL01_NAME.toUpperCase())).toEqual([SQL01.ipv6]);
  expect(await names.reverse(SQL01.ipv4)).toEqual([SQL01_NAME]);
  await expect(names.resolve4('no.contoso.causeway.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a control plane that does not answer, throws or is cut off gives SERVFAIL', async () => {
  const context = new Directory();
  const names = resolver(await start(context));
  context.lookupName = async () => 'unavailable';
  await expect(names.resolve4(SQL01_NAME)).rejects.toMatchObject({ code: 'ESERVFAIL' });
  context.lookupName = () => Promise.reject(new Error('connection lost'));
  await expect(names.resolve4(SQL01_NAME)).rejects.toMatchObject({ code: 'ESERVFAIL' });
});

test('a look-up that never ends is given up, and its signal says so', async () => {
  const context = new Directory();
  const server = await start(context, 20);
  const { promise: asked, resolve } = Promise.withResolvers<AbortSignal>();
  context.lookupName = (_, signal) => {
    resolve(signal);
    return new Promise(() => {});
  };
  await expect(resolver(server).resolve4(SQL01_NAME)).rejects.toMatchObject({ code: 'ESERVFAIL' });
  expect((await asked).aborted).toBe(true);
});

test('over the bound of pending look-ups the answer is SERVFAIL at once', async () => {
  const context = new Directory();
  const server = await start(context);
  let waiting = 0;
  const { promise: full, resolve: isFull } = Promise.withResolvers<void>();
  const { promise: gate, resolve: open } = Promise.withResolvers<NameResult>();
  context.lookupName = () => {
    if (++waiting === LIMITS.DNS_LOOKUPS_PENDING_MAX.value) isFull();
    return gate;
  };
  const socket = createSocket('udp4');
  const codes: number[] = [];
  socket.on('message', (answer) => codes.push((answer[3] ?? 0) & 0xf));
  const query = encode({ id: 1, questions: [{ name: SQL01_NAME, type: 'A' }] });
  for (let sent = 0; sent < LIMITS.DNS_LOOKUPS_PENDING_MAX.value; sent++) {
    socket.send(query, server.port, server.address);
    if (sent % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
  }
  await full;
  expect(codes).toEqual([]);
  socket.send(query, server.port, server.address);
  await once(socket, 'message');
  expect(codes).toEqual([2]);
  open(SQL01);
  while (codes.length <= LIMITS.DNS_LOOKUPS_PENDING_MAX.value) await once(socket, 'message');
  expect(new Set(codes.slice(1))).toEqual(new Set([0]));
  socket.close();
});

describe('TCP', () => {
  const query = streamEncode({ id: 5, questions: [{ name: SQL01_NAME, type: 'A' }] });

  test('messages may come split at any byte, and several in one segment', async () => {
    const server = await start();
    const socket = connect(server.port, server.address);
    socket.setNoDelay(true);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    for (const byte of query) {
      socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    socket.end(Buffer.concat([query, query]));
    await once(socket, 'close');
    const all = Buffer.concat(received);
    const length = 2 + all.readUInt16BE(0);
    expect(all.length).toBe(3 * length);
    expect(streamDecode(all.subarray(2 * length)).answers).toMatchObject([{ data: SQL01.ipv4 }]);
  });

  test('a length over the cap, or an answer instead of a query, ends the connection', async () => {
    const server = await start();
    for (const bytes of [Uint8Array.of(0xff, 0xff, 1, 2, 3), streamEncode({ type: 'response', id: 1 })]) {
      const socket = connect(server.port, server.address);
      let received = 0;
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      socket.write(bytes);
      await once(socket, 'close');
      expect(received).toBe(0);
    }
  });

  test('connections over the bound are closed, those before it go on', async () => {
    const server = await start();
    const sockets = [];
    for (let index = 0; index < LIMITS.DNS_TCP_CONNECTIONS_MAX.value; index++) {
      const socket = connect(server.port, server.address);
      await once(socket, 'connect');
      sockets.push(socket);
    }
    const last = connect(server.port, server.address);
    last.on('error', () => {});
    await once(last, 'close');
    const [first] = sockets;
    first?.write(query);
    const [answer] = first ? await once(first, 'data') : [];
    expect(streamDecode(answer).answers).toMatchObject([{ data: SQL01.ipv4 }]);
    for (const socket of sockets) socket.destroy();
  });
});

describe('the address', () => {
  test('a port that is taken, by UDP or TCP', async () => {
    const first = await start();
    const again = startDnsServer({ context: new Directory(), address: first.address, port: first.port });
    await expect(again).rejects.toSatisfy((error) => isRefusal(error, 'PORT_IN_USE'));
    const tcp = createServer().listen(0, DEFAULT_DNS_ADDRESS);
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const half = startDnsServer({ context: new Directory(), port });
    await expect(half).rejects.toSatisfy((error) => isRefusal(error, 'PORT_IN_USE'));
    tcp.close();
  });

  test('must be loopback', async () => {
    const server = startDnsServer({ context: new Directory(), address: '0.0.0.0', port: 0 });
    await expect(server).rejects.toSatisfy((error) => isRefusal(error, 'USAGE'));
  });

  test('is free again after disposal, with connections open and look-ups under way', async () => {
    const context = new Directory();
    const { promise: asked, resolve } = Promise.withResolvers<AbortSignal>();
    context.lookupName = (_, signal) => {
      resolve(signal);
      return new Promise(() => {});
    };
    const server = await start(context);
    const socket = connect(server.port, server.address);
    socket.on('error', () => {});
    socket.write(streamEncode({ id: 5, questions: [{ name: SQL01_NAME, type: 'A' }] }));
    const signal = await asked;
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    expect(signal.aborted).toBe(true);
    const next = await startDnsServer({ context: new Directory(), port: server.port });
    started.push(next);
    expect(await resolver(next).resolve4(SQL01_NAME)).toEqual([SQL01.ipv4]);
    socket.destroy();
  });
});
