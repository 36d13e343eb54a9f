/**
 * SOCKS5's UDP ASSOCIATE (RFC 1928 §7): a UDP socket on localhost for as long as the TCP connection lasts that asked for
 * it. Datagrams carry where they go, and come back with where they are from.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import { addressForUdp, type Network } from './dial.ts';
import { datagram, REPLY, readDatagram, reply } from './socks.ts';

/** @param socket that asked; its end is the end */
export async function associate(socket: Socket, network: () => Network | undefined): Promise<void> {
  const now = network();
  const host = socket.localAddress ?? '127.0.0.1';
  const outer = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  /** The program’s socket: the first that sends. Others on this computer are not listened to. */
  let program: { readonly address: string; readonly port: number } | undefined;
  const inner = now?.stack.openUdp(0, (bytes, from, port) => {
    if (program === undefined) return;
    outer.send(datagram({ host: from, port }, bytes), program.port, program.address, () => undefined);
  });
  const end = () => {
    inner?.[Symbol.dispose]();
    outer.close();
  };
  if (now === undefined || inner === undefined) {
    outer.close();
    socket.end(reply(now === undefined ? REPLY.NETWORK_UNREACHABLE : REPLY.FAILURE));
    return;
  }
  outer.on('message', (bytes, sender) => {
    program ??= sender;
    if (sender.port !== program.port || sender.address !== program.address) return;
    const read = readDatagram(bytes);
    if (read === undefined) return;
    const { target, payload } = read;
    void addressForUdp(target.host, now.lookup).then((address) => {
      if (address !== undefined) inner.send(payload, address, target.port);
    });
  });
  outer.bind({ address: host, port: 0 });
  await once(outer, 'listening');
  outer.on('error', () => undefined);
  socket.once('close', end);
  if (socket.destroyed) return end();
  // What else comes over the connection has no meaning; its end has.
  socket.on('end', () => socket.destroy());
  socket.resume();
  socket.write(reply(REPLY.SUCCEEDED, { host, port: outer.address().port }));
}
