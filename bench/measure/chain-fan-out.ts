/**
 * What the runtime itself loses when one machine serves many on one computer: the same as fan-out.ts by
 * three kinds of bare processes. It carries no IP packets, so it is no contender but a bound.
 */
import { fileURLToPath } from 'node:url';
import type { Site } from '../peers/contender.ts';

const FAN = [process.execPath, fileURLToPath(new URL('../programs/chain-fan.ts', import.meta.url))];
/** For all to connect, and for their code to be compiled. */
const SETTLE_SECONDS = 6;

export interface ChainFanOut {
  readonly mbps: number;
  /** In the order of the clients. */
  readonly bytes: readonly number[];
}

/** From the first machine to the `count` after it. */
export async function measureChainFanOut(
  { relay, machines }: Site,
  count: number,
  seconds: number,
): Promise<ChainFanOut> {
  const [server, ...others] = machines;
  if (server === undefined) throw new Error('a chain has a server');
  const source = server.spawn('chain', [...FAN, 'source']);
  await source.prints(/ready/);
  const middle = relay.spawn('chain', [...FAN, 'pass', server.address]);
  await middle.prints(/ready/);
  try {
    const sink = [...FAN, 'sink', relay.address, String(SETTLE_SECONDS), String(seconds)];
    const timeoutMs = (SETTLE_SECONDS + seconds) * 1_000 + 30_000;
    const printed = await Promise.all(others.slice(0, count).map((client) => client.must(sink, { timeoutMs })));
    const bytes = printed.map((line) => JSON.parse(line) as number);
    const total = bytes.reduce((sum, some) => sum + some, 0);
    return { mbps: (total * 8) / 1e6 / seconds, bytes };
  } finally {
    await Promise.all([source.end(), middle.end()]);
  }
}
