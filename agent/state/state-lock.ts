/**
 * One agent for one state directory: two with one identity would throw each other off the relay for ever.
 */
import { createHash } from 'node:crypto';
import { constants, open, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { codeOf, fileSystemRefusal } from '#runtime/durable-file.ts';

/**
 * Holds the directory until disposed of or until the process ends, however it ends: the lock is a Unix
 * socket in Linux's abstract namespace (unix(7)), a mutex of Windows, or a locked file of macOS, which has
 * neither; the kernel takes each away with the process. On Linux it binds processes of one network namespace; a directory shared by two containers is not noticed.
 * @throws CausewayError STATE_IN_USE, DIRECTORY_READ_ONLY, DISK_FULL
 */
export async function lockStateDirectory(directory: string): Promise<AsyncDisposable> {
  const identity = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex');
  if (process.platform === 'darwin') return byFile(directory);
  return process.platform === 'win32' ? byMutex(directory, identity) : bySocket(directory, identity);
}

/** macOS, open(2), sys/fcntl.h: opened only if nobody else has it locked, and locked while it is open; do not wait. */
const [O_EXLOCK, O_NONBLOCK] = [0x20, 0x4];

async function byFile(directory: string): Promise<AsyncDisposable> {
  const flags = constants.O_RDWR | constants.O_CREAT | O_EXLOCK | O_NONBLOCK;
  try {
    const file = await open(join(directory, 'lock'), flags, 0o600);
    return { [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') throw new CausewayError('STATE_IN_USE', { directory }, { cause: error });
    throw fileSystemRefusal(error, join(directory, 'lock'));
  }
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
