/**
 * Listens on a Unix socket, or a named pipe of Windows, and serves each caller that comes, up to a number of them at a time. Who may
 * open the socket is decided by its mode, which is not this file's business.
 */
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type Counterpart, converse } from './conversation.ts';
import { writeLine } from './line-socket.ts';
import { isPipe } from './sockets.ts';

export interface LocalServer extends AsyncDisposable {
  readonly path: string;
}

/** What is at `path` is replaced. @throws CausewayError DIRECTORY_READ_ONLY */
export async function listenOn(path: string, counterpart: Counterpart): Promise<LocalServer> {
  await removeLeftover(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    if (sockets.size >= LIMITS.LOCAL_CONNECTIONS_MAX.value) {
      void turnAway(socket);
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    void converse(socket, counterpart);
  });
  await listening(server, path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await removeLeftover(path);
    },
  };
}

async function turnAway(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  // A line of some hundred bytes fits into a socket that nothing was written to.
  await writeLine(socket, { id: 0, ok: false, error: new CausewayError('RATE_LIMITED', { seconds: 10 }).toWire() });
  socket.destroy();
}

async function removeLeftover(path: string): Promise<void> {
  if (isPipe(path)) return;
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error });
  }
}

function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(
      error.code === 'EACCES' || error.code === 'EROFS'
        ? new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error })
        : error,
    ),
  );
  server.listen(path, resolve);
  return promise;
}
