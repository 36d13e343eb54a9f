/**
 * One agent for one state directory: two with one identity would throw each other off the relay for ever.
 */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';

/**
 * Holds the directory until disposed of or until the process ends, however it ends: the lock is a Unix
 * socket in Linux's abstract namespace (unix(7)), or a named pipe of Windows, which the kernel takes away with the process. It binds
 * processes of one network namespace; a directory shared by two containers is not noticed.
 * @throws CausewayError STATE_IN_USE
 */
export async function lockStateDirectory(directory: string): Promise<AsyncDisposable> {
  const identity = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new CausewayError('STATE_IN_USE', { directory }, { cause: error }) : error),
    );
    server.listen(lockName(identity), resolve);
  });
  server.unref();
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}

function lockName(identity: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\causeway-state-${identity}` : `\0causeway-agent-${identity}`;
}
