import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exchange, serveExchanges } from './exchange.ts';

const seen = { came: new Set<string>(), wrong: [] as string[] };
let server: Awaited<ReturnType<typeof serveExchanges>>;
let socket: Socket;

beforeEach(async () => {
  seen.came.clear();
  seen.wrong.length = 0;
  const reach = { nameOf: () => 'n01', came: (_: string, what: string) => void seen.came.add(what) };
  server = await serveExchanges(reach, { wrong: (_, what) => void seen.wrong.push(what) }, 0);
  socket = connect((server.address() as AddressInfo).port, '::1');
  await once(socket, 'connect');
});
afterEach(() => {
  socket.destroy();
  server.close();
});

const all = (upBytes: number, downBytes: number) => ({ seed: randomBytes(8), upBytes, downBytes });

describe('exchanges over one connection', () => {
  test('come whole and right, small and large, one after the other', async () => {
    let wrong = 0;
    for (const each of [all(0, 0), all(1, 1), all(4_000, 300_000), all(300_000, 16), all(7, 9)]) {
      await exchange(socket, each, (bytes) => {
        wrong += bytes;
      });
    }
    expect([wrong, seen.wrong]).toEqual([0, []]);
    expect(seen.came).toEqual(new Set(['a TCP connection', 'bytes over TCP']));
  });

  test('show a wrong byte to whoever gets it', async () => {
    const head = Buffer.alloc(16);
    head.writeUInt32BE(5, 8);
    socket.write(Buffer.concat([head, Buffer.from('wrong')]));
    await expect.poll(() => seen.wrong.length).toBe(1);
  });

  test('end with the connection', async () => {
    const ended = exchange(socket, all(1_000, 50_000_000), () => socket.destroy());
    await expect(ended).rejects.toThrow();
  });
});
