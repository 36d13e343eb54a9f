/**
 * JSON objects, one a line, over a stream socket: the framing that both ends of the local API share.
 */
import type { Socket } from 'node:net';

/** What came is no line of JSON, or too long for one. */
export class GarbageError extends Error {
  override readonly name = 'GarbageError';
}

/**
 * The messages in the order in which they come, until the other end is done or gone. No more is read
 * while the last one is being dealt with. Who stops asking before the end has to destroy the socket.
 * @param maxBytes of a line
 * @throws GarbageError
 */
export async function* messagesOf(socket: Socket, maxBytes: number): AsyncGenerator<unknown> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(socket)) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf('\n', from);
      const part = chunk.subarray(from, end === -1 ? chunk.length : end);
      length += part.length;
      if (length > maxBytes) throw new GarbageError(`a line of more than ${maxBytes} bytes`);
      parts.push(part);
      if (end === -1) break;
      yield parsed(Buffer.concat(parts, length));
      parts = [];
      length = 0;
      from = end + 1;
    }
  }
}

/** Resolves when the kernel has taken the line, or the connection is over; never rejects. */
export function writeLine(socket: Socket, message: unknown): Promise<void> {
  return new Promise((resolve) => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`, () => resolve());
    // Who sends in a loop until the connection is over must let others have their turn, or it never is.
    else if (socket.closed) setImmediate(resolve);
    else socket.once('close', () => resolve());
  });
}

async function* chunksOf(socket: Socket): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch {
    // Reset or destroyed: there is nothing more to come.
  }
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    throw new GarbageError('a line that is not JSON');
  }
}
