/** Ports of this machine in the network that lead to servers on localhost, TCP and UDP. */
import { createSocket } from 'node:dgram';
import { createConnection, type Socket } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';
import type { Exposure } from './mappings.ts';
import { splice } from './splice.ts';
import type { Stack } from './stack.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { UdpFlows } from './udp-flows.ts';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';

/** @throws CausewayError EXPOSED_PORT_TAKEN */
export function startExposure(stack: Stack, { transport, port, localPort }: Exposure): Disposable {
  const exposed = transport === 'tcp' ? exposeTcp(stack, port, localPort) : exposeUdp(stack, port, localPort);
  if (exposed === undefined) throw new CausewayError('EXPOSED_PORT_TAKEN', { port });
  return exposed;
}

function exposeTcp(stack: Stack, port: number, localPort: number): Disposable | undefined {
  const connections = new Set<Socket>();
  const served = stack.serve(port, (connection) => {
    toServer(connection, localPort, IPV4, () => toServer(connection, localPort, IPV6, () => connection.reset()));
  });
  const toServer = (connection: TcpConnection, at: number, host: string, onRefused: () => void) => {
    const socket = createConnection({ host, port: at, allowHalfOpen: true, noDelay: true });
    connections.add(socket);
    socket.once('error', onRefused);
    socket.once('close', () => connections.delete(socket));
    socket.once('connect', () => {
      socket.off('error', onRefused);
      socket.pause();
      splice(connection, socket);
    });
  };
  if (served === undefined) return undefined;
  return {
    [Symbol.dispose]: () => {
      served[Symbol.dispose]();
      for (const socket of connections) socket.destroy();
    },
  };
}

function exposeUdp(stack: Stack, port: number, localPort: number): Disposable | undefined {
  const inner = stack.openUdp(port, (bytes, from, fromPort) => flows.use(`${from} ${fromPort}`)?.send(bytes));
  if (inner === undefined) return undefined;
  const flows = new UdpFlows((sender) => {
    const [from = '', fromPort = '0'] = sender.split(' ');
    const socket = createSocket('udp4');
    socket.on('message', (bytes) => {
      flows.use(sender);
      inner.send(bytes, from, Number(fromPort));
    });
    // Nobody listens there now; the next datagram may find somebody.
    socket.on('error', () => undefined);
    return {
      send: (bytes: Buffer) => socket.send(bytes, localPort, IPV4, () => undefined),
      [Symbol.dispose]: () => void socket.close(),
    };
  });
  return {
    [Symbol.dispose]: () => {
      inner[Symbol.dispose]();
      flows[Symbol.dispose]();
    },
  };
}
