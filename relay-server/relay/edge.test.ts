import { once } from 'node:events';
import { request } from 'node:https';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, type Frame, RELAY_PATH, RELAY_SUBPROTOCOL } from '#protocol/frames.ts';
import { type MachineId, machineId, type SubscriptionId, subscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { RelayOptions } from './edge.ts';
import { dial, type LoopbackRelay, startLoopbackRelay } from './loopback.ts';

const ours = subscriptionId.parse('aa'.repeat(16));
const others = subscriptionId.parse('bb'.repeat(16));
const alice = machineId.parse('01'.repeat(16));
const bob = machineId.parse('02'.repeat(16));
const carol = machineId.parse('03'.repeat(16));

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: Partial<Omit<RelayOptions, 'server' | 'ticketKey'>> = {}): Promise<LoopbackRelay> {
  const loopback = await startLoopbackRelay(options);
  cleanUps.push(() => loopback[Symbol.asyncDispose]());
  return loopback;
}

async function join(loopback: LoopbackRelay, machine: MachineId, subscription: SubscriptionId = ours) {
  const socket = dial(loopback.url, await loopback.ticket(subscription, machine));
  cleanUps.push(() => socket.terminate());
  const frames: ReturnType<typeof decodeFrame>[] = [];
  socket.on('message', (data: Buffer) => frames.push(decodeFrame(data)));
  await once(socket, 'open');
  await vi.waitUntil(() => loopback.relay.connected(subscription, machine));
  return { socket, frames, send: (frame: Frame) => socket.send(encodeFrame(frame)) };
}

const data = (peer: MachineId, payload: Uint8Array): Frame => ({ type: 'data', peer, payload });

async function closeCode(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

/** The answer to a login that is refused. */
async function refusal(socket: WebSocket): Promise<{ status: number | undefined; body: { code: string } }> {
  cleanUps.push(() => socket.terminate());
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

describe('login', () => {
  test('is refused with 401 and the code without a ticket, with a forged, an expired or a half one', async () => {
    const loopback = await start();
    const stranger = await start();
    const tickets = [
      undefined,
      'nonsense',
      await stranger.ticket(ours, alice),
      await loopback.ticket(ours, alice, { issuedAt: Date.now() - 700_000, expiresAt: Date.now() - 100_000 }),
      (await loopback.ticket(ours, alice)).slice(0, -4),
    ];
    for (const ticket of tickets) {
      const answer = await refusal(dial(loopback.url, ticket));
      expect(answer).toMatchObject({ status: 401, body: { code: 'TICKET_REFUSED' } });
    }
    expect(loopback.relay.stats()).toMatchObject({ connections: 0, accepted: 0, refused: { ticket: tickets.length } });
  });

  test('is refused with 400 when the subprotocol is another', async () => {
    const loopback = await start();
    const socket = dial(loopback.url, await loopback.ticket(ours, alice), 'causeway-relay.99');
    expect(await refusal(socket)).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
  });

  test('is refused with 429 to an address with too many logins under way, and not to the next one after', async () => {
    const loopback = await start();
    const ticket = await loopback.ticket(ours, alice);
    const cap = LIMITS.UNAUTHENTICATED_PER_ADDRESS.value;
    const { port } = new URL(loopback.url);
    // The relay sees these in one turn only if they come over connections that are open already, so the
    // upgrade event is raised directly, with the real request of one client.
    const statuses: string[] = [];
    const { PassThrough } = await import('node:stream');
    const { Socket } = await import('node:net');
    for (let i = 0; i <= cap; i++) {
      const socket = new Socket();
      vi.spyOn(socket, 'end').mockImplementation(((text: string) => {
        statuses.push(text.split('\r\n')[0] ?? '');
        return socket;
      }) as never);
      const incoming = Object.assign(new PassThrough(), {
        url: RELAY_PATH,
        method: 'GET',
        headers: { authorization: `Bearer ${ticket}x`, 'sec-websocket-protocol': RELAY_SUBPROTOCOL },
      });
      expect(loopback.relay.handleUpgrade(incoming as never, socket, Buffer.alloc(0))).toBe(true);
    }
    await vi.waitUntil(() => statuses.length === cap + 1);
    expect(statuses.filter((line) => line === 'HTTP/1.1 429 Too Many Requests')).toHaveLength(1);
    expect(statuses.filter((line) => line === 'HTTP/1.1 401 Unauthorized')).toHaveLength(cap);
    expect(Number(port)).toBeGreaterThan(0);
    await join(loopback, alice);
  });

  test('leaves other paths alone', async () => {
    const loopback = await start();
    const other = request(loopback.url.replace('wss:', 'https:').replace(RELAY_PATH, '/control'), {
      rejectUnauthorized: false,
      headers: { connection: 'upgrade', upgrade: 'websocket' },
    });
    expect(loopback.relay.handleUpgrade({ url: '/control' } as never, undefined as never, Buffer.alloc(0))).toBe(false);
    other.destroy();
  });
});
