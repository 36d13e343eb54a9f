/**
 * JSON objects, one a line, over a stream socket: the framing that both ends of the local API share.
 */
import type { Socket } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';

/**
 * Calls `onMessage` for every line that is JSON, `onGarbage` once for anything else (too long, not JSON).
 */
export function readLines(socket: Socket, onMessage: (message: unknown) => void, onGarbage: () => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    pending += chunk;
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        onGarbage();
        return;
      }
      onMessage(message);
    }
    if (pending.length > LIMITS.LOCAL_MESSAGE_MAX_BYTES.value) onGarbage();
  });
}

/** Resolves when the kernel has taken the line, or the other end is gone; never rejects. */
export function writeLine(socket: Socket, message: unknown): Promise<void> {
  if (!socket.writable) return Promise.resolve();
  return new Promise((resolve) => socket.write(`${JSON.stringify(message)}\n`, () => resolve()));
}
