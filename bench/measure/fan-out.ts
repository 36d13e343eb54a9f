/**
 * Downloads by many machines from one at the same time, and what each of them got in a window in which
 * all were loading. The server is that of the lab and the client is curl: together they take less
 * processor time per byte than iperf3, and need one process a client instead of two. What the clients got
 * is read from the server's kernel, the bytes that theirs have acknowledged: one look counts all of them
 * within milliseconds.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { forgetPeak, peakBytes } from './peak-memory.ts';
import { measureRoundTrips, type RoundTrips } from './round-trips.ts';
import { cpuSeconds } from './stream.ts';

export interface FanOutOptions {
  /** Runs services.ts of the lab. */
  readonly server: Host;
  readonly clients: readonly Host[];
  /** Of any machine, by the network to be measured. */
  readonly address: (machine: Host) => string;
  /** Length of the window. */
  readonly seconds: number;
  /** Whose processor time counts; the memory is that of the first, the relay. */
  readonly programs: readonly [Program, ...Program[]];
}

export interface FanOutMeasurement {
  /** All clients together. */
  readonly mbps: number;
  /** Application bytes in the window, in the order of the clients. */
  readonly bytes: readonly number[];
  readonly cpuSecondsPerGB: number;
  /** Of that, the relay's: the only part that all clients of real users share. */
  readonly relayCpuSecondsPerGB: number;
  /** Of small packets from the last client to the server in the window. */
  readonly roundTrips: RoundTrips;
  /** Most resident memory of the relay from the start of the first download on, bytes. */
  readonly relayPeakBytes: number;
}

/** For TCP in the tunnels to find its pace; not measured. */
const SETTLE_MS = 2_000;
const START_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** Between two small packets. */
const PING_PAUSE_MS = 50;
/** More than any client loads before it is stopped. */
const ENDLESS_BYTES = 1e15;

/** @throws Error when a client does not connect, or loses its connection, which none of them may */
export async function measureFanOut(options: FanOutOptions): Promise<FanOutMeasurement> {
  const { server, clients, address, seconds, programs } = options;
  const url = `http://${address(server)}/stream/${ENDLESS_BYTES}`;
  const acknowledged = () => acknowledgedBytes(server, clients.map(address));
  const connected = async () => (await acknowledged()).filter((bytes) => bytes !== null).length;
  forgetPeak(programs[0].pid);
  const downloads = clients.map((client) => client.spawn('download', ['curl', '-sS', '-o', '/dev/null', url]));
  try {
    await reaches(connected, clients.length, START_TIMEOUT_MS);
    await sleep(SETTLE_MS);
    const cpu = () => ({ all: cpuSeconds(programs), relay: cpuSeconds(programs.slice(0, 1)) });
    const before = { bytes: await acknowledged(), at: performance.now(), cpu: cpu() };
    const [pinger = server] = clients.slice(-1);
    const pings = { pauseMs: PING_PAUSE_MS, count: (seconds * 1000) / PING_PAUSE_MS };
    const [roundTrips] = await Promise.all([measureRoundTrips(pinger, address(server), pings), sleep(seconds * 1000)]);
    const after = { bytes: await acknowledged(), at: performance.now(), cpu: cpu() };
    const bytes = clients.map(({ name }, index) => {
      const [from, to] = [before.bytes[index] ?? null, after.bytes[index] ?? null];
      if (from === null || to === null) throw new Error(`${name} lost its download\n${downloads[index]?.tail()}`);
      return to - from;
    });
    const total = bytes.reduce((sum, some) => sum + some, 0);
    return {
      mbps: (total * 8) / 1e3 / (after.at - before.at),
      bytes,
      cpuSecondsPerGB: (after.cpu.all - before.cpu.all) / (total / 1e9),
      relayCpuSecondsPerGB: (after.cpu.relay - before.cpu.relay) / (total / 1e9),
      roundTrips,
      relayPeakBytes: peakBytes(programs[0].pid),
    };
  } finally {
    await Promise.all(downloads.map((download) => download.end()));
    await reaches(connected, 0, END_TIMEOUT_MS);
  }
}

/** Jain's index (named in RFC 5166 §2.3): 1 when all got the same, 1/n when one got everything. */
export function fairness(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum ** 2 / (shares.length * shares.reduce((total, share) => total + share ** 2, 0));
}

/** By client address; null for one that has no connection. */
async function acknowledgedBytes(server: Host, clients: readonly string[]): Promise<(number | null)[]> {
  const listed = await server.must(['ss', '-tinHO', 'state', 'established', 'sport', '=', ':80']);
  const known = new Map<string, number>();
  for (const line of listed.split('\n')) {
    // The server listens on IPv6, so its clients appear as mapped addresses (RFC 4291 §2.5.5.2).
    const peer = /^\s*\d+\s+\d+\s+\S+\s+(?:\[::ffff:)?([\d.]+)\]?:\d+/.exec(line)?.[1];
    if (peer !== undefined) known.set(peer, Number(/ bytes_acked:(\d+)/.exec(line)?.[1] ?? 0));
  }
  return clients.map((client) => known.get(client) ?? null);
}

async function reaches(connections: () => Promise<number>, wanted: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let now = await connections(); now !== wanted; now = await connections()) {
    if (performance.now() > deadline) throw new Error(`${now} downloads are connected instead of ${wanted}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
