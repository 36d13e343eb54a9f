/**
 * Sockets on localhost, and nowhere else: on 127.0.0.1, and on ::1 where this computer has it, because programs take
 * `localhost` for either.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';

/**
 * @param onSocket gets each connection, paused and with `allowHalfOpen`
 * @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN
 */
export async function listenLocally(port: number, onSocket: (socket: Socket) => void): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const listen = async (host: string): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      onSocket(socket);
    });
    server.listen({ host, port });
    await once(server, 'listening');
    return server;
  };
  const servers = await onBoth(port, listen, (server) => server.close());
  return {
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/**
 * @param onDatagram gets each datagram with a function that answers it, and who sent it
 * @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN
 */
export async function receiveLocally(
  port: number,
  onDatagram: (bytes: Buffer, sender: string, answer: (bytes: Buffer) => void) => void,
): Promise<AsyncDisposable> {
  const open = async (address: string): Promise<DatagramSocket> => {
    const socket = createSocket(address === IPV6 ? 'udp6' : 'udp4');
    socket.on('message', (bytes, { address: from, port: fromPort }) => {
      // A program that is gone is no reason to end.
      onDatagram(bytes, `${from} ${fromPort}`, (answer) => socket.send(answer, fromPort, from, () => undefined));
    });
    socket.bind({ address, port });
    await once(socket, 'listening');
    // Such errors are of single datagrams, e.g. that nobody took the last one.
    socket.on('error', () => undefined);
    return socket;
  };
  const sockets = await onBoth(port, open, (socket) => socket.close());
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
    },
  };
}

async function onBoth<Opened>(
  port: number,
  open: (address: string) => Promise<Opened>,
  close: (opened: Opened) => void,
): Promise<Opened[]> {
  const first = await open(IPV4).catch((error: unknown) => {
    throw refusalOf(error, `${IPV4}:${port}`);
  });
  try {
    return [first, await open(IPV6)];
  } catch (error) {
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error))) return [first];
    close(first);
    throw refusalOf(error, `[${IPV6}]:${port}`);
  }
}

function refusalOf(error: unknown, address: string): unknown {
  if (codeOf(error) === 'EADDRINUSE') return new CausewayError('LOCAL_PORT_IN_USE', { address });
  if (codeOf(error) === 'EACCES') return new CausewayError('LOCAL_PORT_FORBIDDEN', { address });
  return error;
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
