/**
 * The agent's end of the local API. Only the user that runs the agent (root, as a rule) can open the
 * socket: its mode is 0600. What a method does is the handler's business.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { ensurePrivateDirectory } from '#runtime/durable-file.ts';
import { connectLocal } from './client.ts';
import { converse, type LocalHandlers } from './conversation.ts';

export interface LocalServer extends AsyncDisposable {
  readonly path: string;
}

/**
 * Listens on `path`; a socket left behind by a killed agent is replaced.
 * @throws CausewayError AGENT_ALREADY_RUNNING, DIRECTORY_READ_ONLY, PRIVILEGE_MISSING
 */
export async function serveLocalApi(path: string, handlers: LocalHandlers): Promise<LocalServer> {
  await ensurePrivateDirectory(dirname(path));
  if (await answers(path)) throw new CausewayError('AGENT_ALREADY_RUNNING', { socket: path });
  await removeLeftover(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, 'owner', handlers);
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(path, { force: true });
    },
  };
}

/** @throws CausewayError PRIVILEGE_MISSING when the socket is another user's */
async function answers(path: string): Promise<boolean> {
  try {
    const client = await connectLocal(path);
    client[Symbol.dispose]();
    return true;
  } catch (error) {
    if (isRefusal(error, 'PRIVILEGE_MISSING')) throw error;
    return false;
  }
}

async function removeLeftover(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw new CausewayError('DIRECTORY_READ_ONLY', { directory: dirname(path) }, { cause: error });
  }
}

function listen(server: Server, path: string): Promise<void> {
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
