/**
 * A process of synthetic agents. Connects those it is told, keeps them alive as agents do, and measures what they
 * wait for. One timer serves all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { keysOf } from '#lab/population/fill.ts';
import { fromHex } from '#protocol/encoding.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { SwarmAnswer, SwarmAnswers, SwarmOrder } from './orders.ts';
import { SyntheticAgent } from './synthetic-agent.ts';

const TICK_MS = 250;
/** Each agent's to connect, as an agent does; what it waited is for all of them. */
const TRIES = 5;
const ASKED_AT_ONCE = 32;
/** number(4), then the payload's own bytes. */
const NUMBER_BYTES = 5;
const ECHO = 1;
/** After the last frame, for those under way. */
const LAST_FRAMES_MS = 1_000;

const agents = new Map<MachineId, SyntheticAgent>();
const heard = new Map<MachineId, { version: number; at: number }>();
/** By the number in a frame: when it was sent. */
const underWay = new Map<number, number>();
let roundTrips: number[] = [];
let lost = 0;
let nextFrame = 0;

let beats = 0;
setInterval(beat, TICK_MS);
process.on('message', (order: SwarmOrder) => {
  obey(order).then(
    (result) => answer({ ok: true, result }),
    (error: unknown) =>
      answer({ ok: false, why: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());

async function obey(order: SwarmOrder): Promise<SwarmAnswers[SwarmOrder['do']]> {
  switch (order.do) {
    case 'connect':
      return connectAll(order);
    case 'ask':
      return ask(order);
    case 'heard': {
      const at = [...heard.values()].filter(({ version }) => version >= order.version).map((one) => one.at);
      return { at, agents: agents.size, lost };
    }
    case 'talk':
      return talk(order);
  }
}

async function connectAll(order: Extract<SwarmOrder, { do: 'connect' }>): Promise<SwarmAnswers['connect']> {
  const { host, port, seed } = order;
  const [ms, failures]: [number[], string[]] = [[], []];
  let next = 0;
  const worker = async () => {
    for (;;) {
      const planned = order.agents[next++];
      if (planned === undefined) return;
      const { id, name, from, hasRelay } = planned;
      const began = performance.now();
      const connect = () =>
        SyntheticAgent.connect({ host, port, from }, id, keysOf(seed, name), hasRelay, eventsOf(id));
      for (let left = TRIES - 1; ; left--) {
        try {
          agents.set(id, await connect());
          ms.push(performance.now() - began);
          break;
        } catch (error) {
          if (left > 0) continue;
          failures.push(error instanceof Error ? error.message : String(error));
          break;
        }
      }
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, worker));
  return { connected: ms.length, ms, failures };
}

function eventsOf(id: MachineId): Parameters<typeof SyntheticAgent.connect>[4] {
  return {
    onPolicy: (version, at) => {
      const known = heard.get(id);
      if (known === undefined || known.version < version) heard.set(id, { version, at });
    },
    onFrame: (from, payload) => {
      if (payload[0] === ECHO) {
        const number = payload.readUInt32BE(1);
        const sentAt = underWay.get(number);
        underWay.delete(number);
        if (sentAt !== undefined) roundTrips.push(performance.now() - sentAt);
        return;
      }
      const back = Buffer.from(payload);
      back[0] = ECHO;
      agents.get(id)?.sendFrame(fromHex(from), back);
    },
    onLost: () => {
      lost++;
    },
  };
}

async function ask({ pairs, perSecond, ms }: Extract<SwarmOrder, { do: 'ask' }>): Promise<SwarmAnswers['ask']> {
  const [took, failures]: [number[], string[]] = [[], []];
  const began = performance.now();
  let next = 0;
  const one = async () => {
    const [asker, machine] = pairs[next++ % pairs.length] ?? [];
    const agent = asker && agents.get(asker);
    if (agent === undefined || machine === undefined) throw new Error('an agent is not here');
    const from = performance.now();
    await agent.request('peerById', { machine }).then(
      () => took.push(performance.now() - from),
      (error: Error) => failures.push(error.message),
    );
  };
  if (perSecond === null) {
    const worker = async () => {
      while (performance.now() - began < ms) await one();
    };
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, worker));
  } else {
    const all: Promise<void>[] = [];
    // By the clock and not by answers: a server that is late must not be asked less.
    while (performance.now() - began < ms) {
      while (all.length < ((performance.now() - began) * perSecond) / 1_000) all.push(one());
      await sleep(5);
    }
    await Promise.all(all);
  }
  return { ms: took, failures };
}

async function talk(order: Extract<SwarmOrder, { do: 'talk' }>): Promise<SwarmAnswers['talk']> {
  const { pairs, perSecond, bytes, ms } = order;
  roundTrips = [];
  underWay.clear();
  const to = new Map(pairs.map(([, peer]) => [peer, fromHex(peer)]));
  const began = performance.now();
  let sent = 0;
  while (performance.now() - began < ms) {
    const due = ((performance.now() - began) * perSecond * pairs.length) / 1_000;
    for (; sent < due; sent++) {
      const [from, peer] = pairs[sent % pairs.length] ?? [];
      const agent = from && agents.get(from);
      const address = peer && to.get(peer);
      if (!agent || !address) throw new Error('an agent is not here');
      const payload = Buffer.alloc(Math.max(bytes, NUMBER_BYTES));
      payload.writeUInt32BE(nextFrame, 1);
      underWay.set(nextFrame++, performance.now());
      agent.sendFrame(address, payload);
    }
    await sleep(2);
  }
  await sleep(LAST_FRAMES_MS);
  return { sent, ms: roundTrips };
}

/** Each agent in its turn: a sign of life every PING_INTERVAL_MS, a report every REPORT_EVERY_MS. */
function beat(): void {
  const [pings, reports] = [LIMITS.PING_INTERVAL_MS.value / TICK_MS, LIMITS.REPORT_EVERY_MS.value / TICK_MS];
  beats++;
  let index = 0;
  for (const agent of agents.values()) {
    if (index % pings === beats % pings) agent.signOfLife();
    if (index % reports === beats % reports) {
      agent.request('report', { relay: 'connected', sessions: 0 }).catch(() => undefined);
    }
    index++;
  }
}

function answer(message: SwarmAnswer): void {
  process.send?.(message);
}
