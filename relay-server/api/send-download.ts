/**
 * Sends a file piece by piece, at the pace that downloads have now, and no faster than it is taken: of a
 * file of any size a few pieces are in memory. Closes the file whatever happens.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { LIMITS } from '#protocol/limits.ts';
import type { Installing } from './installing.ts';

export interface Sending {
  /** Names what is in the file: equal names, equal bytes. */
  readonly content: string;
  readonly handle: FileHandle;
  /** Sent before the file. */
  readonly head?: Uint8Array;
  /** First and last byte of the file that are sent. */
  readonly from: number;
  readonly to: number;
}

/** @throws CausewayError RATE_LIMITED */
export async function sendDownload(
  reply: FastifyReply,
  installing: Installing,
  sending: Sending,
): Promise<FastifyReply> {
  const { handle, head = new Uint8Array() } = sending;
  try {
    const ended = installing.beginDownload();
    const stream = Readable.from(pieces(installing, { ...sending, head }), { objectMode: true, highWaterMark: 1 });
    stream.once('close', () => {
      ended();
      void handle.close();
    });
    return reply.send(stream);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* pieces(
  { pace, blocks }: Installing,
  { content, handle, head, from, to }: Required<Sending>,
): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  const most = LIMITS.DOWNLOAD_PIECE_BYTES.value;
  for (let at = from; at <= to; ) {
    const wanted = Math.min(most, to + 1 - at);
    const delay = pace.delayOf(wanted);
    if (delay >= 1) await setTimeout(delay);
    const piece = await blocks.read(content, handle, at, wanted);
    // Shorter than it was: the connection breaks off, as the length that was promised is not met.
    if (piece.length === 0) throw new Error('the file became shorter while it was sent');
    at += piece.length;
    yield piece;
  }
}
