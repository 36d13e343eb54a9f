/**
 * The agent's end of the local API. Only the user that runs the agent (root, as a rule) can open the
 * socket: its mode is 0600. What a method does is the handler's business.
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import {
  LOCAL_METHODS,
  type LocalMethod,
  type LocalParsedParams,
  type LocalResult,
  localRequest,
} from '#protocol/local-api.ts';
import { ensurePrivateDirectory } from '#runtime/durable-file.ts';
import { connectLocal } from './client.ts';
import { readLines, writeLine } from './line-socket.ts';

export type LocalHandlers = {
  readonly [Method in LocalMethod]: (
    params: LocalParsedParams<Method>,
    /** Sends an intermediate result to the caller. */
    progress: (progress: unknown) => void,
  ) => Promise<LocalResult<Method>>;
};

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
    // A caller that goes away in the middle is no matter to the agent.
    socket.on('error', () => undefined);
    readLines(
      socket,
      (message) => void answer(socket, handlers, message),
      () => socket.destroy(),
    );
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

async function answer(socket: Socket, handlers: LocalHandlers, message: unknown): Promise<void> {
  const request = localRequest.safeParse(message);
  if (!request.success) {
    const error = new CausewayError('MESSAGE_MALFORMED', { issue: request.error.issues[0]?.message ?? 'unreadable' });
    writeLine(socket, { id: 0, ok: false, error: error.toWire() });
    return;
  }
  const { id, method } = request.data;
  try {
    const params = LOCAL_METHODS[method].params.safeParse(request.data.params ?? {});
    if (!params.success) {
      throw new CausewayError('MESSAGE_MALFORMED', { issue: params.error.issues[0]?.message ?? 'unreadable' });
    }
    const handler = handlers[method] as (params: unknown, progress: (progress: unknown) => void) => Promise<unknown>;
    const result = await handler(params.data, (progress) => writeLine(socket, { id, progress }));
    writeLine(socket, { id, ok: true, result });
  } catch (error) {
    const refusal =
      error instanceof CausewayError
        ? error
        : new CausewayError('INTERNAL', { issue: error instanceof Error ? error.message : String(error) });
    writeLine(socket, { id, ok: false, error: refusal.toWire() });
  }
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
