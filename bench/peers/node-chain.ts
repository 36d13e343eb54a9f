/**
 * The least that a relay over TLS can cost in Node: three bare processes, of which the outer two are
 * connected to the middle one. It carries no IP packets, so it has a measurement of its own, which times
 * what a program sees and not what its kernel sees: the first process is tunnel and prober in one.
 */
import { fileURLToPath } from 'node:url';
import type { Host } from '#lab/hosts/host.ts';
import type { Probing, RoundTrips } from '../measure/round-trips.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';

const LINK = [process.execPath, fileURLToPath(new URL('../programs/chain-link.ts', import.meta.url))];

export const nodeChain: Contender = {
  name: 'node-chain',
  kind: 'bound',
  prepare: async () => null,
  async start({ relay, machines: [, second] }: Site): Promise<RunningNetwork> {
    if (second === undefined) throw new Error('a chain has two ends');
    const middle = relay.spawn('chain', [...LINK, 'relay']);
    await middle.prints(/ready/);
    const echo = second.spawn('chain', [...LINK, 'echo', relay.address]);
    await echo.prints(/ready/);
    // Whoever wants to speak to the echo, or to see whether it is there, turns to the middle.
    return { address: () => relay.address, programs: [middle, echo] };
  },
};

/** @param middle what the chain's network gives as address */
export async function measureChain(from: Host, middle: string, { pauseMs, count }: Probing): Promise<RoundTrips> {
  const timeoutMs = 2 * pauseMs * count + 10_000;
  const printed = await from.must([...LINK, 'ping', middle, String(pauseMs), String(count)], { timeoutMs });
  return { times: JSON.parse(printed) as number[], lost: 0 };
}
