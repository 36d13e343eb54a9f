/**
 * The processes of the relay benchmark, run by `node bench/relay-parts.ts host|send|receive`: each talks
 * to the suite over Node's IPC channel and answers `usage` with what it has used and moved so far.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { encodeFrame, FRAME_HEADER_BYTES, FRAME_TYPE } from '#protocol/frames.ts';
import { type MachineId, machineId, subscriptionId } from '#protocol/ids.ts';
import { dial, startLoopbackRelay } from '#relay-server/relay/loopback.ts';
import type { RelayMetrics } from '#relay-server/relay/metrics.ts';

export const SENDER = machineId.parse('01'.repeat(16));
export const RECEIVER = machineId.parse('02'.repeat(16));

export type ToPart =
  | { readonly type: 'start'; readonly login: Login; readonly load: Load }
  | { readonly type: 'usage' }
  | { readonly type: 'stop' };

export type FromPart =
  | { readonly type: 'ready'; readonly sender?: Login; readonly receiver?: Login }
  | { readonly type: 'usage'; readonly usage: Usage };

export interface Login {
  readonly url: string;
  readonly ticket: string;
}

export interface Load {
  /** Bytes of a whole frame. */
  readonly frameBytes: number;
  /** Frames under way at most, like the receive window of a TCP connection inside the tunnel. */
  readonly window: number;
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly frames: number;
  readonly rssBytes: number;
  readonly relay?: RelayMetrics;
}

/** Unsent bytes in the sender's socket at most: what an agent keeps there. */
const SENDER_SOCKET_BYTES = 1_048_576;
const SEQUENCE_AT = FRAME_HEADER_BYTES;

async function host(): Promise<void> {
  const subscription = subscriptionId.parse('aa'.repeat(16));
  const loopback = await startLoopbackRelay();
  const login = async (machine: MachineId) => ({
    url: loopback.url,
    ticket: await loopback.ticket(subscription, machine),
  });
  serve((): Usage => ({ ...used(), frames: loopback.relay.stats().out.frames, relay: loopback.relay.stats() }));
  tell({ type: 'ready', sender: await login(SENDER), receiver: await login(RECEIVER) });
}

async function receive(): Promise<void> {
  let frames = 0;
  serve(() => ({ ...used(), frames }));
  const { login, load } = await started();
  const socket = dial(login.url, login.ticket);
  const ackEvery = Math.max(1, load.window >> 3);
  socket.on('message', (frame: Buffer) => {
    if (frame[0] !== FRAME_TYPE.DATA) return;
    const sequence = frame.readUInt32BE(SEQUENCE_AT);
    if (++frames % ackEvery !== 0) return;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(sequence);
    socket.send(encodeFrame({ type: 'data', peer: SENDER, payload }));
  });
  await once(socket, 'open');
  tell({ type: 'ready' });
}

async function send(): Promise<void> {
  let sent = 0;
  serve(() => ({ ...used(), frames: sent }));
  const { login, load } = await started();
  const socket = dial(login.url, login.ticket);
  let acknowledged = 0;
  let waiting = false;
  // A frame must not change while it waits in the socket, so there are twice as many as fit there.
  const frames = Array.from({ length: Math.ceil((2 * SENDER_SOCKET_BYTES) / load.frameBytes) + 2 }, () =>
    Buffer.from(
      encodeFrame({ type: 'data', peer: RECEIVER, payload: new Uint8Array(load.frameBytes - FRAME_HEADER_BYTES) }),
    ),
  );
  const resume = () => {
    waiting = false;
    pump();
  };
  const pump = () => {
    while (!waiting && sent - acknowledged < load.window && socket.readyState === WebSocket.OPEN) {
      const frame = frames[sent % frames.length] as Buffer;
      frame.writeUInt32BE(sent, SEQUENCE_AT);
      sent++;
      waiting = socket.bufferedAmount + frame.length >= SENDER_SOCKET_BYTES;
      if (waiting) socket.send(frame, resume);
      else socket.send(frame);
    }
  };
  socket.on('message', (frame: Buffer) => {
    if (frame[0] !== FRAME_TYPE.DATA) return;
    acknowledged = frame.readUInt32BE(SEQUENCE_AT);
    pump();
  });
  await once(socket, 'open');
  tell({ type: 'ready' });
  pump();
}

function used(): { cpuSeconds: number; rssBytes: number } {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}

function serve(usage: () => Usage): void {
  process.on('message', (message: ToPart) => {
    if (message.type === 'usage') tell({ type: 'usage', usage: usage() });
    if (message.type === 'stop') process.exit();
  });
  process.on('disconnect', () => process.exit());
}

function started(): Promise<Extract<ToPart, { type: 'start' }>> {
  return new Promise((resolve) => {
    process.on('message', (message: ToPart) => {
      if (message.type === 'start') resolve(message);
    });
  });
}

function tell(message: FromPart): void {
  process.send?.(message);
}

if (process.argv[1] === import.meta.filename)
  await { host, send, receive }[process.argv[2] as 'host' | 'send' | 'receive']();
