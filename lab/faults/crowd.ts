/**
 * Many agents in one process: each activates, and keeps a control and a relay connection by the agent's own clients,
 * with their real back-off; without an adapter or tunnels. A program for the lab's hosts.
 *
 *     node crowd.ts COUNT NAME-PREFIX          the token in CAUSEWAY_ACTIVATION_TOKEN
 *
 * Prints {"control":N,"relay":N} whenever that has changed, at most every 50 ms, and on SIGUSR2
 * {"attempts":[EPOCH_MS,…]} of all look-ups of the server, one for each attempt to connect.
 */
import { lookup } from 'node:dns';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KnownAddresses } from '#agent/connection/known-addresses.ts';
import { activate } from '#agent/control/activate.ts';
import { ControlClient } from '#agent/control/client.ts';
import { software } from '#agent/control/software.ts';
import { RelayClient } from '#agent/relay/client.ts';
import { TicketHolder } from '#agent/relay/ticket-holder.ts';
import { ServerClock } from '#agent/server-clock.ts';
import { loadOrCreateIdentity } from '#agent/state/identity.ts';
import { isRefusal } from '#protocol/errors.ts';
import { parseLabel } from '#protocol/names.ts';
import { decodeToken } from '#protocol/token.ts';
import { ensurePrivateDirectory } from '#runtime/durable-file.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';

const AT_ONCE = 8;
const TELL_EVERY_MS = 50;

const [count, prefix = 'crowd'] = process.argv.slice(2);
const token = decodeToken(process.env.CAUSEWAY_ACTIVATION_TOKEN ?? '');
const never = new AbortController().signal;
const memory = new FrameMemory();
const attempts: number[] = [];
const online = { control: new Set<number>(), relay: new Set<number>() };
let told = '';

process.on('SIGUSR2', () => process.stdout.write(`${JSON.stringify({ attempts })}\n`));
setInterval(() => {
  const now = JSON.stringify({ control: online.control.size, relay: online.relay.size });
  if (now !== told) process.stdout.write(`${now}\n`);
  told = now;
}, TELL_EVERY_MS);

const waiting = Array.from({ length: Number(count) }, (_, index) => index);
await Promise.all(Array.from({ length: AT_ONCE }, joinInTurn));

async function joinInTurn(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await joinAs(next);
}

async function joinAs(index: number): Promise<void> {
  const directory = join('/run/crowd', String(index));
  await ensurePrivateDirectory(directory);
  const identity = await loadOrCreateIdentity(directory);
  const clock = new ServerClock();
  const name = parseLabel(`${prefix}-${index}`);
  const request = { token, name, identity, software: software(), clock, signal: never };
  const { server, pin, self } = await patiently(() => activate(request));
  // The first look-up of each attempt is asked of us.
  const addresses = new KnownAddresses(((host: string, options: object, callback: never) => {
    attempts.push(Date.now());
    lookup(host, options, callback);
  }) as typeof lookup);
  const target = { server, pin, addresses };
  const ticket = new TicketHolder({ now: () => clock.now(), ask: () => control.request('relayTicket', {}) });
  const relay = new RelayClient({
    target,
    memory,
    handlers: {
      ticket: () => ticket.fresh(),
      ticketDueMs: () => ticket.dueMs,
      onConnected: () => void online.relay.add(index),
      onDisconnected: () => void online.relay.delete(index),
      onProven: () => undefined,
      onDoubtful: () => undefined,
      onData: () => undefined,
      onPeerGone: () => undefined,
      onDrained: () => undefined,
    },
  });
  const control = new ControlClient({
    target,
    machine: self.id,
    identity,
    software: software(),
    clock,
    handlers: {
      onOnline: () => {
        online.control.add(index);
        if (!relay.connected) relay.connectNow();
      },
      onOffline: () => void online.control.delete(index),
      onProven: () => undefined,
      onDoubtful: () => undefined,
      onSelf: () => undefined,
      onPolicyChanged: () => undefined,
      onRevoked: () => undefined,
      onWatch: () => undefined,
      onDiagnose: () => undefined,
      livePeers: () => [],
    },
  });
}

/** The server lets two a second in from one line. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error, 'RATE_LIMITED') && !isRefusal(error, 'SERVER_UNREACHABLE')) throw error;
      await sleep(2_000);
    }
  }
}
