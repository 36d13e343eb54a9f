/**
 * SRV records by the machine's own name servers. Node's resolver would do, but it takes the answers of Samba's
 * name server for broken (EBADRESP): their targets are compressed, as RFC 2782 forbids and everybody reads.
 */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { type Answer, decode, encode, RECURSION_DESIRED, type SrvAnswer } from 'dns-packet';

/** As the C library: five seconds for each, twice (resolv.conf(5)); a tunnel answers in milliseconds. */
const TIMEOUT_MS = 5_000;
const ATTEMPTS = 2;
const UDP_PAYLOAD_SIZE = 1_232;

/**
 * @returns hosts in the order in which they should be asked (RFC 2782), as many as one datagram holds; none
 * where there is no such record
 * @throws Error when no name server answers
 */
export async function serviceHosts(name: string): Promise<string[]> {
  // A new one each time: the system's name servers may have changed since the process began.
  const servers = new Resolver().getServers();
  let failure: unknown = new Error('there is no name server');
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    for (const server of servers) {
      try {
        const hosts = await askServer(name, server);
        if (hosts !== null) return hosts;
        failure = new Error('the name servers refuse it');
      } catch (error) {
        failure = error;
      }
    }
  }
  throw failure;
}

/** Null when the server does not answer for this name. */
async function askServer(name: string, server: string): Promise<string[] | null> {
  const [, address = server, port = '53'] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(isIPv6(server) ? '' : server) ?? [];
  const id = Math.floor(Math.random() * 65_536);
  const query = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ type: 'SRV', class: 'IN', name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD_SIZE,
        flags: 0,
        options: [],
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: false,
      },
    ],
  });
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  try {
    socket.connect(Number(port), address);
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    socket.send(query);
    const [message] = (await answered) as [Buffer];
    return hostsOf(message, id, name);
  } finally {
    socket.close();
  }
}

/** Of one answer's bytes; null when the server failed or refused. Exported for its test. */
export function hostsOf(message: Buffer, id: number, name: string): string[] | null {
  const packet = decode(message);
  if (packet.id !== id || !['NOERROR', 'NXDOMAIN'].includes((packet as { rcode?: string }).rcode ?? '')) return null;
  return (packet.answers ?? [])
    .filter(
      (answer: Answer): answer is SrvAnswer =>
        answer.type === 'SRV' && answer.name.toLowerCase() === name.toLowerCase(),
    )
    .map(({ data }) => data)
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || (b.weight ?? 0) - (a.weight ?? 0))
    .map(({ target }) => target.toLowerCase().replace(/\.$/, ''));
}
