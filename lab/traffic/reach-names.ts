/**
 * Says when each of many names is reached for the first time, as an ordinary program reaches it: the name by
 * libc's resolver, then a TCP connection that the other side accepts or refuses itself. A program for the
 * lab's hosts.
 *
 *     reach-names.ts NAME…        prints `reached NAME EPOCH_MS`, and ends when all are
 *
 * libc's resolver blocks a thread for each name, so it wants UV_THREADPOOL_SIZE threads.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nobody listens there; the kernel of whoever is reached answers. */
const DISCARD = 9;
const EVERY_MS = 700;
const PATIENCE_MS = 2_000;

process.stdout.write('ready\n');
await Promise.all(process.argv.slice(2).map(waitFor));

async function waitFor(name: string): Promise<void> {
  while (!(await isReached(name))) await sleep(EVERY_MS);
  process.stdout.write(`reached ${name} ${Date.now()}\n`);
}

async function isReached(name: string): Promise<boolean> {
  try {
    const { address } = await lookup(name);
    const socket = connect(DISCARD, address);
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
    } finally {
      socket.destroy();
    }
  } catch {
    return false;
  }
}
