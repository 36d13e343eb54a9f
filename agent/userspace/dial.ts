/**
 * Connects to a machine of the network by name or address, for a local program: asks who that is, tries IPv6, and IPv4
 * too when there is no answer soon (RFC 8305). Names of others are refused, never passed on.
 */
import { isIP } from 'node:net';
import { formatIpv6, parseIpv6 } from '#protocol/addresses.ts';
import { LIMITS } from '#protocol/limits.ts';
import { label, suffixOf } from '#protocol/names.ts';
import type { NameLookup } from '../engine/host.ts';
import type { Stack } from './stack.ts';
import type { TcpConnection, TcpFailure } from './tcp-connection.ts';

/** What there is while the machine is in its network. */
export interface Network {
  readonly stack: Stack;
  readonly lookup: NameLookup;
}

export interface Target {
  /** A bare or full name of the network, or an address in it. */
  readonly host: string;
  readonly port: number;
}

/**
 * Why there is no connection. `unknown`: no such machine, or none that policy lets this one reach. `foreign`: a name
 * outside the network. `unavailable`: nobody could be asked. `crowded`: too many connections. `off`: not in the network.
 */
export type DialFailure =
  | Exclude<TcpFailure, 'reset' | 'aborted'>
  | 'unknown'
  | 'foreign'
  | 'unavailable'
  | 'timed-out'
  | 'crowded'
  | 'off';

/** The same for people. */
export const SENTENCES: Readonly<Record<DialFailure, string>> = {
  refused: 'The machine refused the connection: nothing listens on that port.',
  prohibited: 'The network policy or a firewall forbids that connection.',
  foreign: 'That name is not in the Causeway network, and this way leads nowhere else.',
  unreachable: 'The machine can not be reached.',
  unknown: 'There is no such machine, or the network policy does not let this one reach it.',
  'timed-out': 'The machine did not answer.',
  unavailable: 'The control plane could not be asked who that is.',
  crowded: 'There are too many connections through this agent.',
  off: 'The agent is not connected to its network.',
};

/** Addresses of the target in the order in which TCP tries them, or why there are none. */
export async function resolve(host: string, lookup: NameLookup): Promise<readonly string[] | DialFailure> {
  const bare = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (isIP(bare) !== 0) {
    const address = isIP(bare) === 6 ? formatIpv6(parseIpv6(bare.replace(/%.*$/, ''))) : bare;
    const answer = await lookup.byAddress(address);
    return typeof answer === 'string' ? answer : [address];
  }
  const suffix = `.${suffixOf(lookup.self().subscription.name)}`;
  const lower = bare.toLowerCase();
  const name = label.safeParse(lower.endsWith(suffix) ? lower.slice(0, -suffix.length) : lower);
  if (!name.success) return 'foreign';
  const answer = await lookup.byName(name.data);
  return typeof answer === 'string' ? answer : [answer.ipv6, answer.ipv4];
}

/**
 * Where datagrams for a machine go: nothing tells whether they arrive, so a name is taken by the family that every
 * machine has.
 */
export async function addressForUdp(host: string, lookup: NameLookup): Promise<string | undefined> {
  const addresses = await resolve(host, lookup);
  return typeof addresses === 'string' ? undefined : addresses.at(-1);
}

/**
 * @param signal ends the attempt; it then fails with `timed-out`
 * @returns a connection that is made and tells nobody yet, or why there is none
 */
export async function dial(
  network: Network | undefined,
  target: Target,
  signal: AbortSignal,
): Promise<TcpConnection | DialFailure> {
  if (network === undefined) return 'off';
  const addresses = await resolve(target.host, network.lookup);
  if (typeof addresses === 'string') return addresses;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMITS.USERSPACE_CONNECT_MS.value)]);
  return limit.aborted ? 'timed-out' : race(network.stack, addresses, target.port, limit);
}

/** The first address that answers; the next one is tried when one has failed, or not answered soon. */
function race(
  stack: Stack,
  addresses: readonly string[],
  port: number,
  limit: AbortSignal,
): Promise<TcpConnection | DialFailure> {
  return new Promise((settle) => {
    const trying = new Set<TcpConnection>();
    let next = 0;
    let failure: DialFailure = 'unreachable';
    let later: NodeJS.Timeout | undefined;
    const end = (result: TcpConnection | DialFailure) => {
      clearTimeout(later);
      limit.removeEventListener('abort', onLimit);
      for (const other of trying) if (other !== result) other.reset();
      settle(result);
    };
    const onLimit = () => end('timed-out');
    const tryNext = () => {
      clearTimeout(later);
      const address = addresses[next++];
      if (address === undefined) {
        if (trying.size === 0) end(failure);
        return;
      }
      const connection = stack.connect(address, port);
      if (connection === undefined) {
        failure = 'crowded';
        tryNext();
        return;
      }
      trying.add(connection);
      connection.handlers = attempt(connection);
      later = setTimeout(tryNext, LIMITS.USERSPACE_OTHER_FAMILY_MS.value);
    };
    const attempt = (connection: TcpConnection) => ({
      onConnected: () => {
        connection.handlers = undefined;
        end(connection);
      },
      onFailed: (why: TcpFailure) => {
        trying.delete(connection);
        failure = why === 'reset' ? 'refused' : why === 'aborted' ? 'timed-out' : why;
        tryNext();
      },
      onData: ignore,
      onEnd: ignore,
      onRoom: ignore,
      onClosed: ignore,
    });
    limit.addEventListener('abort', onLimit, { once: true });
    tryNext();
  });
}

/** Nothing of this happens before a connection is made. */
function ignore(): void {}
