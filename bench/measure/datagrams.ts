/**
 * UDP datagrams at a steady rate between two machines, by iperf3: how many arrive, and what they cost.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { cpuSeconds } from './stream.ts';

export interface DatagramOptions {
  readonly from: Host;
  readonly to: Host;
  /** Address of `to`, by the network to be measured. */
  readonly target: string;
  /** Of payload in each datagram. */
  readonly bytes: number;
  /** iperf3 sends what falls to a millisecond in one go. */
  readonly packetsPerSecond: number;
  readonly seconds: number;
  /** Whose processor time counts. */
  readonly programs: readonly Program[];
}

export interface DatagramMeasurement {
  /** Really sent, a second: less than was asked for when the sender can not do more. */
  readonly sent: number;
  /** Arrived, a second. */
  readonly received: number;
  /** Share of the datagrams that a later one overtook for good, 0 to 1. */
  readonly lost: number;
  /** User and system time of `programs`, per 10^6 datagrams received. */
  readonly cpuSecondsPerMillion: number;
}

const PORT = '5201';
/** Of the sockets, where the kernel allows it: so that a receiver that waits for a processor loses nothing itself. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** @returns null when so much was lost that iperf3 itself found no way through */
export async function measureDatagrams(options: DatagramOptions): Promise<DatagramMeasurement | null> {
  const { from, to, target, bytes, packetsPerSecond, seconds, programs } = options;
  const server = to.spawn('iperf3', ['iperf3', '--server', '--one-off', '--forceflush', '--port', PORT]);
  try {
    await server.prints(/Server listening/);
    const before = cpuSeconds(programs);
    const load = ['--bitrate', String(Math.round(packetsPerSecond * bytes * 8)), '--length', String(bytes)];
    const { code, stdout } = await from.run(
      ['iperf3', '--client', target, '--port', PORT, '--udp', '--json', '--time', String(seconds), ...load].concat([
        '--window',
        String(await bufferBytes(from)),
        '--connect-timeout',
        '5000',
      ]),
      { timeoutMs: (seconds + 15) * 1_000 },
    );
    const counted = code === 0 ? parseDatagrams(stdout) : null;
    if (counted === null) return null;
    const millions = (counted.received * counted.seconds) / 1e6;
    return { ...counted, cpuSecondsPerMillion: (cpuSeconds(programs) - before) / millions };
  } finally {
    await server.end();
  }
}

/** @returns null when nothing arrived */
export function parseDatagrams(
  json: string,
): (Omit<DatagramMeasurement, 'cpuSecondsPerMillion'> & { seconds: number }) | null {
  const { sum_sent: sent, sum_received: received } = (JSON.parse(json) as IperfReport).end;
  // What the receiver calls packets is the highest number that it saw.
  const arrived = received.packets - received.lost_packets;
  if (arrived <= 0) return null;
  return {
    sent: sent.packets / sent.seconds,
    received: arrived / received.seconds,
    lost: Math.max(0, received.lost_packets) / received.packets,
    seconds: received.seconds,
  };
}

interface IperfReport {
  readonly end: { readonly sum_sent: IperfSum; readonly sum_received: IperfSum };
}

interface IperfSum {
  readonly seconds: number;
  readonly packets: number;
  readonly lost_packets: number;
}

/** iperf3 gives up when it gets less than it asked for. */
async function bufferBytes(host: Host): Promise<number> {
  const limits = await host.must(['sysctl', '--values', 'net.core.rmem_max', 'net.core.wmem_max']);
  return Math.min(BUFFER_BYTES, ...limits.split('\n').map(Number));
}
