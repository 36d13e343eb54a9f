/**
 * One synthetic machine's connection to a relay, the same for every relay: so the load is the same, and
 * only what lies on the wire differs. Machines are numbers here; each protocol makes its ids of them.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

export interface RelayAddress {
  readonly address: string;
  readonly port: number;
}

export interface RelayLink {
  readonly socket: TLSSocket;
  /** A whole frame for another machine, its payload zeros from `payloadAt` on. */
  frameTo(machine: number, payloadBytes: number): { readonly bytes: Buffer; readonly payloadAt: number };
}

/** Called with the first bytes of each payload from another machine. */
export type OnPayload = (beginning: Buffer) => void;

/** The relays make their certificates themselves, for the run; whose key it is changes no cost. */
export async function connectTls({ address, port }: RelayAddress): Promise<TLSSocket> {
  const socket = connect({ host: address, port, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  await once(socket, 'secureConnect');
  socket.setNoDelay(true);
  return socket;
}

/**
 * The next bytes of a socket nobody reads yet: exactly `count`, or whatever is there.
 * @throws Error when the connection ends before they came
 */
export async function take(socket: TLSSocket, count?: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(count) as Buffer | null;
    if (bytes !== null) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('the relay closed the connection at its opening');
    await once(socket, 'readable');
  }
}

/** The status line and headers of an HTTP answer; what follows stays in the socket. */
export async function takeHttpHead(socket: TLSSocket): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    head = Buffer.concat([head, await take(socket)]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
    return head.toString('latin1', 0, end);
  }
}
