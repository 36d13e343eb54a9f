/**
 * One exchange of bytes over TCP, and the service for it: the client says how much goes up and how much comes
 * down, and both sides compare every byte. A connection may carry many, one after the other.
 *
 *     seed(8) up(4) down(4), then so many bytes up, then so many down
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Content } from './content.ts';
import type { Reach } from './reach.ts';
import type { Tally } from './tally.ts';

export const PORT = 7_000;
const HEAD_BYTES = 16;
const CHUNK_BYTES = 65_536;

export interface Exchange {
  readonly seed: Buffer;
  readonly upBytes: number;
  readonly downBytes: number;
}

/** Called for every piece that came, with how many of its bytes are wrong. */
type OnChunk = (wrong: number) => void;

/** Does one exchange on an open connection. @throws Error when the connection ends before the last byte */
export async function exchange(socket: Socket, wanted: Exchange, onChunk: OnChunk): Promise<void> {
  const head = Buffer.alloc(HEAD_BYTES);
  wanted.seed.copy(head);
  head.writeUInt32BE(wanted.upBytes, 8);
  head.writeUInt32BE(wanted.downBytes, 12);
  socket.write(head);
  await send(socket, contentOf(wanted.seed, 'up'), wanted.upBytes);
  await receive(socket, contentOf(wanted.seed, 'down'), wanted.downBytes, onChunk);
}

/** Answers exchanges of everybody who comes. @param port another than PORT, for tests */
export async function serveExchanges(
  reach: Pick<Reach, 'nameOf' | 'came'>,
  tally: Pick<Tally, 'wrong'>,
  port = PORT,
): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    const peer = reach.nameOf(socket.remoteAddress);
    reach.came(peer, 'a TCP connection');
    // The client tells of what goes wrong with a connection; here it only ends.
    socket.on('error', () => socket.destroy());
    const onChunk = (wrong: number) => {
      reach.came(peer, 'bytes over TCP');
      if (wrong > 0) tally.wrong(peer, `${wrong} wrong bytes over TCP, to the server`);
    };
    answer(socket, onChunk).catch(() => socket.destroy());
  });
  server.listen(port, '::');
  await once(server, 'listening');
  return server;
}

async function answer(socket: Socket, onChunk: OnChunk): Promise<void> {
  for (;;) {
    const head = await take(socket, HEAD_BYTES);
    const seed = head.subarray(0, 8);
    await receive(socket, contentOf(seed, 'up'), head.readUInt32BE(8), onChunk);
    await send(socket, contentOf(seed, 'down'), head.readUInt32BE(12));
  }
}

function contentOf(seed: Buffer, way: string): Content {
  return new Content(`${seed.toString('hex')} ${way}`);
}

async function send(socket: Socket, content: Content, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
    if (socket.destroyed) throw new Error('the connection ended');
    if (!socket.write(content.take(Math.min(left, CHUNK_BYTES)))) await moved(socket, 'drain');
  }
}

async function receive(socket: Socket, content: Content, bytes: number, onChunk: OnChunk): Promise<void> {
  for (let left = bytes; left > 0; ) {
    const chunk = await take(socket, Math.min(left, CHUNK_BYTES), true);
    onChunk(content.wrongIn(chunk));
    left -= chunk.length;
  }
}

/** The next bytes: so many, or with `fewer` what is there of them. */
async function take(socket: Socket, bytes: number, fewer = false): Promise<Buffer> {
  for (;;) {
    const size = fewer && socket.readableLength > 0 ? Math.min(bytes, socket.readableLength) : bytes;
    const chunk = socket.read(size) as Buffer | null;
    if (chunk !== null) return chunk;
    if (socket.destroyed || socket.readableEnded) throw socket.errored ?? new Error('the connection ended');
    await moved(socket, 'readable');
  }
}

/** Resolves at the event, or when the connection ends. */
function moved(socket: Socket, event: 'drain' | 'readable'): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off(event, done).off('close', done).off('end', done);
      resolve();
    };
    socket.once(event, done).once('close', done).once('end', done);
  });
}
