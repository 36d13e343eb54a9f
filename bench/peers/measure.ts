/**
 * Measures one running tunnel: round trip with nothing else going on, then one TCP stream.
 */

import type { Lab } from '#lab/hosts/lab.ts';
import { machineCpuSeconds } from '#lab/hosts/processes.ts';
import { measureRoundTrip } from '#lab/traffic/rates.ts';
import type { RunningTunnel } from './contender.ts';

export interface Measurement {
  /** Of the receiver, application bytes. */
  readonly mbps: number;
  /** User and system time of the tunnel's own processes, per 10^9 bytes received. */
  readonly cpuSecondsPerGB: number;
  /** The same of the whole machine: with the kernel's work for others, and iperf3 itself. */
  readonly machineCpuSecondsPerGB: number;
  /** Median of 20. */
  readonly rttMs: number;
}

const PORT = '5201';

export async function measure(lab: Lab, tunnel: RunningTunnel, seconds: number): Promise<Measurement> {
  const [left, right] = [lab.host('left'), lab.host('right')];
  const rttMs = await measureRoundTrip(left, tunnel.target);
  const server = right.spawn('iperf3', ['iperf3', '--server', '--one-off', '--forceflush', '--port', PORT]);
  await server.prints(/Server listening/);
  const before = { own: cpuSeconds(tunnel), machine: machineCpuSeconds() };
  const json = await left.must(
    ['iperf3', '--client', tunnel.target, '--port', PORT, '--time', String(seconds), '--json'],
    { timeoutMs: (seconds + 20) * 1000 },
  );
  const after = { own: cpuSeconds(tunnel), machine: machineCpuSeconds() };
  await server.end();
  const { bytes, bits_per_second: rate } = (JSON.parse(json) as IperfReport).end.sum_received;
  return {
    mbps: rate / 1e6,
    cpuSecondsPerGB: (after.own - before.own) / (bytes / 1e9),
    machineCpuSecondsPerGB: (after.machine - before.machine) / (bytes / 1e9),
    rttMs,
  };
}

interface IperfReport {
  readonly end: { readonly sum_received: { readonly bytes: number; readonly bits_per_second: number } };
}

function cpuSeconds(tunnel: RunningTunnel): number {
  return tunnel.programs.reduce((sum, program) => sum + program.usage().cpuSeconds, 0);
}
