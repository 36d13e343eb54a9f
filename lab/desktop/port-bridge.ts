/**
 * Reaches a TCP port on a host's loopback from the lab's own process: a program on the host passes on what
 * comes by a Unix socket, whose path every host sees.
 *
 *     node port-bridge.ts SOCKET PORT      on the host
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Host } from '../hosts/host.ts';

/** @returns the port on this process's own loopback */
export async function bridgePort(host: Host, port: number, socketPath: string): Promise<{ port: number; end(): void }> {
  const program = host.spawn('port-bridge', [
    process.execPath,
    fileURLToPath(import.meta.url),
    socketPath,
    String(port),
  ]);
  await program.prints(/^ready$/m);
  const server = createServer((socket) => join(socket, connect(socketPath)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = () => {
    server.close();
    void program.end();
  };
  return { port: portOf(server), end };
}

function join(one: Socket, other: Socket): void {
  for (const socket of [one, other]) socket.on('error', () => undefined);
  one.pipe(other).pipe(one);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the bridge has no port');
  return address.port;
}

const [, program, socketPath, port] = process.argv;
if (program === fileURLToPath(import.meta.url) && socketPath !== undefined) {
  createServer((socket) => join(socket, connect(Number(port), '127.0.0.1'))).listen(socketPath, () => {
    process.stdout.write('ready\n');
  });
}
