/**
 * TCP streams between two machines by iperf3, and what they cost: the speed that the receiver saw, and
 * processor time from the kernel's accounting.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { machineCpuSeconds, usageOf } from '#lab/hosts/processes.ts';

export interface StreamOptions {
  readonly from: Host;
  readonly to: Host;
  /** Address of `to`, by the network to be measured. */
  readonly target: string;
  readonly seconds: number;
  readonly streams: number;
  /** Each stream's bound; none when not given. */
  readonly mbpsAtMost?: number | undefined;
  /** Whose processor time counts. */
  readonly programs: readonly Program[];
}

export interface StreamMeasurement {
  /** Application bytes at the receiver, all streams together. */
  readonly mbps: number;
  /** User and system time of `programs` and their children, per 10^9 bytes received. */
  readonly cpuSecondsPerGB: number;
  /** The same of the whole machine: with the kernel's work for nobody in particular, and iperf3 itself. */
  readonly machineCpuSecondsPerGB: number;
}

const PORT = '5201';
/** What TCP needs to find its pace; not measured. */
const OMIT_SECONDS = 1;

export async function measureStreams(options: StreamOptions): Promise<StreamMeasurement> {
  const { from, to, target, seconds, streams, mbpsAtMost, programs } = options;
  const server = to.spawn('iperf3', ['iperf3', '--server', '--one-off', '--forceflush', '--port', PORT]);
  await server.prints(/Server listening/);
  const before = { own: cpuSeconds(programs), machine: machineCpuSeconds() };
  const json = await from.must(
    ['iperf3', '--client', target, '--port', PORT, '--json', '--time', String(seconds)].concat([
      '--parallel',
      String(streams),
      '--omit',
      String(OMIT_SECONDS),
      ...(mbpsAtMost === undefined ? [] : ['--bitrate', `${Math.round(mbpsAtMost * 1e6)}`]),
    ]),
    { timeoutMs: (seconds + OMIT_SECONDS + 30) * 1000 },
  );
  const after = { own: cpuSeconds(programs), machine: machineCpuSeconds() };
  await server.end();
  const { end } = JSON.parse(json) as IperfReport;
  const { bits_per_second: rate } = end.sum_received;
  // What was left out of the speed was paid for all the same.
  const gigabytes = (end.sum_received.bytes / 1e9) * ((seconds + OMIT_SECONDS) / seconds);
  return {
    mbps: rate / 1e6,
    cpuSecondsPerGB: (after.own - before.own) / gigabytes,
    machineCpuSecondsPerGB: (after.machine - before.machine) / gigabytes,
  };
}

interface IperfReport {
  readonly end: { readonly sum_received: { readonly bytes: number; readonly bits_per_second: number } };
}

export function cpuSeconds(programs: readonly Program[]): number {
  return usageOf(...programs.map((program) => program.pid)).cpuSeconds;
}
