/**
 * Throughput and round trip between two hosts of the lab, and what they cost Causeway's processes.
 */
import type { Host, Program } from '../hosts/host.ts';

/** Application bytes of one TCP stream from `server` (running services.ts) to `client`. */
export interface Throughput {
  readonly mbps: number;
  /** Processor seconds per 10^9 bytes, in the order of the programs given. */
  readonly cpuSecondsPerGB: readonly number[];
}

export async function measureThroughput(
  client: Host,
  server: string,
  bytes: number,
  programs: readonly Program[],
): Promise<Throughput> {
  const before = programs.map((program) => program.usage().cpuSeconds);
  const url = `http://${server}/stream/${bytes}`;
  const format = '%{size_download} %{time_starttransfer} %{time_total}';
  const written = await client.must(['curl', '-sS', '-o', '/dev/null', '-w', format, url], { timeoutMs: 120_000 });
  const [size = 0, first = 0, total = 0] = written.split(' ').map(Number);
  const after = programs.map((program) => program.usage().cpuSeconds);
  return {
    mbps: (size * 8) / 1e6 / (total - first),
    cpuSecondsPerGB: after.map((seconds, index) => (seconds - (before[index] ?? 0)) / (size / 1e9)),
  };
}

/** Enough for a just-in-time compiler to have seen all it needs. */
const WARM_UP_PINGS = '500';

/** @returns milliseconds, the median of 20 pings, five a second, once warm */
export async function measureRoundTrip(client: Host, target: string): Promise<number> {
  await client.must(['ping', '-n', '-q', '-i', '0.005', '-c', WARM_UP_PINGS, target]);
  const output = await client.must(['ping', '-n', '-i', '0.2', '-c', '20', target]);
  return median([...output.matchAll(/time=([\d.]+) ms/g)].map((match) => Number(match[1])));
}

/** @throws RangeError for an empty list */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
}
