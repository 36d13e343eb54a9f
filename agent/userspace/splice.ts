/**
 * Joins a connection of the stack to a local socket, byte by byte in both directions, with what TCP has beside bytes:
 * back-pressure, the end of one direction alone, and a reset.
 */
import type { Socket } from 'node:net';
import type { TcpConnection } from './tcp-connection.ts';

/** @param socket with `allowHalfOpen`, and paused; an `error` of it is dealt with from here on */
export function splice(connection: TcpConnection, socket: Socket): void {
  /** What there was no room for. The socket is paused then, so it is one chunk at most. */
  let rest: Buffer | undefined;
  let hasEnded = false;
  let wasEnded = false;

  const pass = (chunk: Buffer) => {
    const taken = connection.write(chunk);
    rest = taken < chunk.length ? chunk.subarray(taken) : undefined;
    if (rest !== undefined) socket.pause();
    else if (hasEnded) connection.finish();
    else socket.resume();
  };
  socket.on('data', pass);
  socket.on('end', () => {
    hasEnded = true;
    if (rest === undefined) connection.finish();
  });
  // What went wrong is followed by `close`.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (!hasEnded || !wasEnded || socket.errored !== null) connection.reset();
  });
  connection.handlers = {
    onData: (bytes) => {
      socket.write(bytes, () => connection.taken(bytes.length));
    },
    onEnd: () => {
      wasEnded = true;
      socket.end();
    },
    onRoom: () => {
      if (rest !== undefined) pass(rest);
    },
    onFailed: () => {
      wasEnded = true;
      socket.resetAndDestroy();
    },
    onClosed: () => undefined,
  };
  if (socket.destroyed) connection.reset();
  else socket.resume();
}
