/**
 * A load generator, a process of its own: does one job against a relay and answers with counts, over
 * Node's IPC channel.
 */
import { once } from 'node:events';
import { openDerpLink } from '../peers/derp-client.ts';
import { startAgents } from './agents.ts';
import { openCausewayLink } from './causeway-link.ts';
import { Receiver, Sender } from './flow.ts';
import { type Counts, type FromGenerator, type Job, type Login, receiverOf, senderOf, type ToGenerator } from './jobs.ts';
import type { OnPayload, RelayLink } from './relay-link.ts';

/** Logins under way at once: below what our relay takes from one address. */
const LOGINS_AT_ONCE = 24;

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
      return () => ({ frames: 0, sequence: 0, lost: 0 });
    }
    case 'receive': {
      const receivers: Receiver[] = [];
      for (let pair = 0; pair < todo.pairs; pair++) {
        const receiver = new Receiver(todo.payloadBytes);
        receiver.start(await open(todo.login, receiverOf(pair), receiver.onPayload), senderOf(pair));
        receivers.push(receiver);
      }
      const sum = (of: 'frames' | 'sequence') => receivers.reduce((all, { received }) => all + received[of], 0);
      return () => ({ frames: sum('frames'), sequence: sum('sequence'), lost: 0 });
    }
    case 'idle': {
      const closed = await inTurns(todo.first, todo.count, async (machine) => {
        return [(await open(todo.login, machine, () => undefined)).socket];
      });
      return () => ({ frames: 0, sequence: 0, lost: closed() });
    }
    case 'agents': {
      const closed = await inTurns(todo.first, todo.count, (machine) => startAgents(todo.server, machine));
      return () => ({ frames: 0, sequence: 0, lost: closed() });
    }
  }
}

function open(login: Login, machine: number, onPayload: OnPayload): Promise<RelayLink> {
  return login.kind === 'causeway' ? openCausewayLink(login, machine, onPayload) : openDerpLink(login, machine, onPayload);
}

/** Opens the connections of so many machines. @returns how many of them have closed since */
async function inTurns(
  first: number,
  count: number,
  openOne: (machine: number) => Promise<readonly { once(event: 'close', listener: () => void): unknown }[]>,
): Promise<() => number> {
  let [next, lost] = [first, 0];
  const worker = async () => {
    while (next < first + count) {
      for (const connection of await openOne(next++)) connection.once('close', () => lost++);
    }
  };
  await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, worker));
  return () => lost;
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}
