/**
 * Requests and answers over one TCP connection, each sent when the answer before it has come, by sockperf:
 * small C on both ends that blocks in recv, so that hardly anything but the network is measured.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '#lab/hosts/host.ts';

export interface RequestOptions {
  readonly from: Host;
  readonly to: Host;
  /** Address of `to`, by the network to be measured. */
  readonly target: string;
  readonly seconds: number;
}

const PORT = '5202';
/** sockperf's least, its header: it could not know its own messages by a single byte. */
const MESSAGE_BYTES = '14';

/** @returns answered requests a second */
export async function measureRequests({ from, to, target, seconds }: RequestOptions): Promise<number> {
  const server = to.spawn('sockperf', ['sockperf', 'server', '--tcp', '--ip', target, '--port', PORT]);
  try {
    await untilListening(to);
    const size = ['--msg-size', MESSAGE_BYTES, '--time', String(seconds)];
    const command = ['sockperf', 'ping-pong', '--tcp', '--ip', target, '--port', PORT, ...size];
    return parseRequests(await from.must(command, { timeoutMs: (seconds + 20) * 1_000 }));
  } finally {
    await server.end();
  }
}

/**
 * What was sent in the first 0.4 s, to warm up, is left out by sockperf.
 * @throws Error when there is no result in it
 */
export function parseRequests(printed: string): number {
  const [, seconds, answers] = /\[Valid Duration\] RunTime=([\d.]+) sec;.* ReceivedMessages=(\d+)/.exec(printed) ?? [];
  if (!(Number(seconds) > 0)) throw new Error(`sockperf printed no result\n${printed}`);
  return Number(answers) / Number(seconds);
}

/** It says nothing on its own that it listens. */
async function untilListening(host: Host): Promise<void> {
  const deadline = Date.now() + 5_000;
  while ((await host.must(['ss', '--no-header', '--listening', '--tcp', `sport = ${PORT}`])) === '') {
    if (Date.now() > deadline) throw new Error(`${host.name}: sockperf does not listen`);
    await pause(20);
  }
}
