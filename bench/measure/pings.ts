/**
 * Round trips by ping while something else is going on: how long, and how many never came back.
 */
import type { Host } from '#lab/hosts/host.ts';

export interface Pings {
  /** Milliseconds of those that were answered, shortest first. */
  readonly roundTripsMs: readonly number[];
  /** Share that was not answered, 0 to 1. */
  readonly lost: number;
}

const INTERVAL_MS = 50;
/** A later answer counts as none. */
const PATIENCE_SECONDS = 5;

export async function sendPings(from: Host, target: string, seconds: number): Promise<Pings> {
  const count = Math.round((seconds * 1000) / INTERVAL_MS);
  const words = ['ping', '-n', '-i', String(INTERVAL_MS / 1000), '-c', String(count), '-W', String(PATIENCE_SECONDS)];
  const { stdout } = await from.run([...words, target], { timeoutMs: (seconds + PATIENCE_SECONDS + 30) * 1000 });
  const times = [...stdout.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1]));
  return { roundTripsMs: times.sort((a, b) => a - b), lost: 1 - times.length / count };
}

/**
 * The smallest value that `share` of all do not exceed.
 * @param sorted ascending
 * @throws RangeError for an empty list
 */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('no values');
  return value;
}
