/**
 * Lets a packed agent be a role instance for some seconds, so that beside it lies what V8 compiles of such a start
 * (runtime/launch.ts), and every container of an image starts from that. Server and instance meet on loopback.
 *
 *     node lab/compile-ahead.ts DIRECTORY     of the package: bin/node, lib/causeway.js
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Administrator } from './administrator.ts';

/** What is compiled is kept after four. */
const RUNS_FOR_S = 6;
const SERVER = fileURLToPath(new URL('../relay-server/main.ts', import.meta.url));

const [, , packed] = process.argv;
if (packed === undefined) throw new Error('which package is it?');
const directory = await mkdtemp(join(tmpdir(), 'compile-ahead-'));
const port = await freePort();
const url = `https://127.0.0.1:${port}`;
const options = ['--listen', `127.0.0.1:${port}`, '--url', url, '--data', join(directory, 'server'), '--json'];
const server = spawn(process.execPath, [SERVER, 'serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const { pin, secret } = await facts();
  const administrator = await Administrator.claim({ url, pin }, secret, 'image');
  const token = await administrator.token(await administrator.role('image'));
  const words = ['role', '--userspace', '--state', join(directory, 'role'), '--', 'sleep', String(RUNS_FOR_S)];
  const instance = spawn(join(packed, 'bin/node'), [join(packed, 'lib/causeway.js'), ...words], {
    stdio: 'inherit',
    env: { ...process.env, CAUSEWAY_ACTIVATION_TOKEN: token, CAUSEWAY_WAIT_FOR_CONNECTIVITY: 'true' },
  });
  [process.exitCode] = await once(instance, 'exit');
} finally {
  server.kill();
  await once(server, 'exit');
  await rm(directory, { recursive: true });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('loopback has no ports');
  return address.port;
}

/** Of the lines that the server prints as it starts. */
async function facts(): Promise<{ pin: string; secret: string }> {
  let printed = '';
  for await (const text of server.stdout) {
    printed += text;
    const pin = /"pin":"([^"]+)"/.exec(printed)?.[1];
    const secret = /"secret":"([^"]+)"/.exec(printed)?.[1];
    if (pin !== undefined && secret !== undefined) {
      // Further lines are of no interest, and must not fill the pipe.
      server.stdout.resume();
      return { pin, secret };
    }
  }
  throw new Error(`the server did not start\n${printed}`);
}
