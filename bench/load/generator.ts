/**
 * A load generator, a process of its own: does one job against a relay and answers with counts, over
 * Node's IPC channel.
 */
import { once } from 'node:events';
import { openDerpLink } from '../peers/derp-client.ts';
import { type Closing, startAgent } from './agents.ts';
import { openCausewayLink } from './causeway-link.ts';
import { Receiver, Sender } from './flow.ts';
import {
  type Counts,
  type FromGenerator,
  type Job,
  type Login,
  receiverOf,
  senderOf,
  type ToGenerator,
} from './jobs.ts';
import type { OnPayload, RelayLink } from './relay-link.ts';

/** Logins under way at once: below what our relay takes from one address. */
const LOGINS_AT_ONCE = 24;
const NOTHING: Counts = { frames: 0, sequence: 0, endedAfter: [] };

const [{ job }] = (await once(process, 'message')) as [Extract<ToGenerator, { type: 'job' }>];
const counts = await begin(job).catch((error: unknown) => {
  tell({ type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return null;
});
if (counts !== null) {
  process.on('message', () => tell({ type: 'counts', counts: counts() }));
  tell({ type: 'ready' });
}
process.on('disconnect', () => process.exit());

async function begin(todo: Job): Promise<() => Counts> {
  switch (todo.role) {
    case 'send': {
      for (let pair = 0; pair < todo.pairs; pair++) {
        const sender = new Sender(todo.windowFrames);
        const link = await open(todo.login, senderOf(pair), sender.onPayload);
        sender.start(link, receiverOf(pair), todo.payloadBytes);
      }
      return () => NOTHING;
    }
    case 'receive': {
      const receivers: Receiver[] = [];
      for (let pair = 0; pair < todo.pairs; pair++) {
        const receiver = new Receiver(todo.payloadBytes);
        receiver.start(await open(todo.login, receiverOf(pair), receiver.onPayload), senderOf(pair));
        receivers.push(receiver);
      }
      const sum = (of: 'frames' | 'sequence') => receivers.reduce((all, { received }) => all + received[of], 0);
      return () => ({ frames: sum('frames'), sequence: sum('sequence'), endedAfter: [] });
    }
    case 'idle': {
      const idle = await inTurns(todo.first, todo.count, async (machine) => {
        return [(await open(todo.login, machine, () => undefined)).socket];
      });
      return () => ({ ...NOTHING, endedAfter: idle.endedAfter });
    }
    case 'agents': {
      const agents = await inTurns(todo.first, todo.count, (machine) => startAgent(todo.server, machine));
      return () => ({ ...NOTHING, endedAfter: agents.endedAfter });
    }
  }
}

function open(login: Login, machine: number, onPayload: OnPayload): Promise<RelayLink> {
  return login.kind === 'causeway'
    ? openCausewayLink(login, machine, onPayload)
    : openDerpLink(login, machine, onPayload);
}

/** Opens the connections of so many machines, a few at a time. @returns how long those lived that have ended since */
async function inTurns(
  first: number,
  count: number,
  openOne: (machine: number) => Promise<readonly Closing[]>,
): Promise<{ readonly endedAfter: readonly number[] }> {
  const endedAfter: number[] = [];
  let next = first;
  const worker = async () => {
    while (next < first + count) {
      for (const connection of await openOne(next++)) {
        const opened = performance.now();
        connection.once('close', () => endedAfter.push((performance.now() - opened) / 1_000));
      }
    }
  };
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, worker));
  return { endedAfter };
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}
