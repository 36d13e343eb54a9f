import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { SharedReading } from './shared-reading.ts';

/** A key that both know, so that no certificate is needed. */
const PSK = Buffer.alloc(32, 7);
const SECRET: ConnectionOptions = { ciphers: 'PSK', maxVersion: 'TLSv1.2' };

const cleanUps: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

async function pair(): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const listener = createServer({ ...SECRET, pskCallback: () => PSK });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  cleanUps.push(() => listener.close());
  const client = connect({
    ...SECRET,
    port: (listener.address() as AddressInfo).port,
    host: '127.0.0.1',
    pskCallback: () => ({ psk: PSK, identity: 'test' }),
    checkServerIdentity: () => undefined,
  });
  const [server] = (await once(listener, 'secureConnection')) as [TLSSocket];
  cleanUps.push(
    () => client.destroy(),
    () => server.destroy(),
  );
  return { client, server };
}

/** Notes what comes, and in which memory. */
function noting(reading: SharedReading, socket: TLSSocket) {
  const noted = { data: 0, bytes: [] as number[], buffers: new Set<ArrayBufferLike>() };
  const begun = reading.begin(socket, (chunk) => {
    noted.bytes.push(...chunk);
    noted.buffers.add(chunk.buffer);
  });
  socket.on('data', (chunk: Uint8Array) => {
    noted.data += chunk.length;
  });
  return { begun, noted };
}

test('this Node reads the sockets of a TLS server into one buffer, and says no data', async () => {
  const reading = new SharedReading();
  const sent = [randomBytes(100_000), randomBytes(50_000)];
  const both = [await pair(), await pair()];
  const taken = both.map(({ server }) => noting(reading, server));
  expect(taken.map(({ begun }) => begun)).toEqual([true, true]);
  for (const [index, { client }] of both.entries()) client.write(sent[index] as Buffer);
  await vi.waitUntil(() => taken.every(({ noted }, index) => noted.bytes.length === sent[index]?.length));
  for (const [index, { noted }] of taken.entries()) {
    expect(Buffer.from(noted.bytes).equals(sent[index] as Buffer)).toBe(true);
    expect(noted.data).toBe(0);
  }
  expect(new Set(taken.flatMap(({ noted }) => [...noted.buffers])).size).toBe(1);
});

test('what came before is said as data, and the end is told', async () => {
  const { client, server } = await pair();
  client.write('early');
  await vi.waitUntil(() => server.bytesRead > 0 && server.readableLength === 5);
  const { noted } = noting(new SharedReading(), server);
  await vi.waitUntil(() => noted.data === 5);
  const ended = once(server, 'end');
  client.end('late');
  await ended;
  expect([Buffer.from(noted.bytes).toString(), noted.data]).toEqual(['late', 5]);
});

test('a stream that is no socket stays as it is', () => {
  expect(new SharedReading().begin(new PassThrough(), () => undefined)).toBe(false);
});
