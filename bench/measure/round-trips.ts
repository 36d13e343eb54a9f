/**
 * Round trips of small packets between two machines, by fping.
 *
 * Not by ping: with 2 ms between packets that one does not sleep but spins, and uses one of the processors
 * that it should measure whole. fping sleeps. Both take the time of an answer from the kernel and print
 * three digits, of which the last is 1 µs below a millisecond. The other end answers in its kernel, so that
 * nothing but the network is measured.
 */
import type { Host } from '#lab/hosts/host.ts';

export interface Probing {
  /** Between two packets, at least 1. */
  readonly pauseMs: number;
  /** How many packets, of 84 bytes with their IP header. */
  readonly count: number;
}

export interface RoundTrips {
  /** Milliseconds, in the order of sending: of the packets that were answered. */
  readonly times: readonly number[];
  /** How many got no answer within {@link PATIENCE_MS}. */
  readonly lost: number;
}

const PATIENCE_MS = 2_000;

export async function measureRoundTrips(from: Host, target: string, { pauseMs, count }: Probing): Promise<RoundTrips> {
  const pace = ['--period', String(pauseMs), '--interval', '1', '--timeout', String(PATIENCE_MS)];
  const command = ['fping', '--quiet', `--vcount=${count}`, ...pace, target];
  // It ends with 1 when a packet was lost, which is a result.
  const { stderr } = await from.run(command, { timeoutMs: pauseMs * count + PATIENCE_MS + 10_000 });
  return parseRoundTrips(stderr, count);
}

/**
 * @param printed `TARGET : 0.123 - 12.3`: a dash stands for a packet that was not answered
 * @throws Error when those are not `count` results
 */
export function parseRoundTrips(printed: string, count: number): RoundTrips {
  const results = /^\S+ +:((?: (?:[\d.]+|-))+)$/m.exec(printed)?.[1]?.trim().split(' ') ?? [];
  if (results.length !== count) throw new Error(`fping: ${results.length} results for ${count} packets\n${printed}`);
  const times = results.filter((result) => result !== '-').map(Number);
  return { times, lost: count - times.length };
}
