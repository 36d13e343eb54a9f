/**
 * One agent for one state directory: two with one identity would throw each other off the relay for ever.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';

/**
 * Holds the directory until disposed of or until the process ends, however it ends: the lock is a Unix
 * socket in Linux's abstract namespace (unix(7)), or a mutex of Windows, which the kernel takes away with the
 * process. On Linux it binds processes of one network namespace; a directory shared by two containers is not noticed.
 * @throws CausewayError STATE_IN_USE
 */
export async function lockStateDirectory(directory: string): Promise<AsyncDisposable> {
  const identity = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex');
  return process.platform === 'win32' ? byMutex(directory, identity) : bySocket(directory, identity);
}

async function byMutex(directory: string, identity: string): Promise<AsyncDisposable> {
  const { holdName } = await import('#native/windows/mutex.ts');
  const held = holdName(`causeway-state-${identity}`);
  if (held === undefined) throw new CausewayError('STATE_IN_USE', { directory });
  return { [Symbol.asyncDispose]: async () => held[Symbol.dispose]() };
}

async function bySocket(directory: string, identity: string): Promise<AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new CausewayError('STATE_IN_USE', { directory }, { cause: error }) : error),
    );
    server.listen(`\0causeway-agent-${identity}`, resolve);
  });
  server.unref();
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
