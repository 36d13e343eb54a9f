/**
 * What the owner asks about other machines: whom this one may reach, where one is, and how long the way there
 * and back takes.
 */
import { isIP } from 'node:net';
import { formatIpv6, parseIpv6 } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { fromWire } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { LocalResult } from '#protocol/local-api.ts';
import { fullName, parseLabel, suffixOf } from '#protocol/names.ts';
import type { Part, PeerStatus } from '#protocol/status.ts';
import type { ControlClient } from '../control/client.ts';
import type { KnownPeer, PeerDirectory } from './peer-directory.ts';
import type { TunnelLink } from './tunnel-link.ts';

/** Of a membership, what is asked. */
export interface Asked {
  readonly self: SelfFacts;
  readonly directory: Pick<PeerDirectory, 'byAddress' | 'byName'>;
  readonly control: Pick<ControlClient, 'request'>;
  readonly link: Pick<TunnelLink, 'ping'>;
}

/**
 * Everybody whom the policy lets this machine reach, by name.
 * @param statuses of those that there is a grant for
 * @throws CausewayError why the control plane can not be asked
 */
export async function listPeers(
  { control }: Pick<Asked, 'control'>,
  statuses: readonly PeerStatus[],
): Promise<LocalResult<'peers'>> {
  const sessions = new Map(statuses.map((peer) => [peer.id, peer]));
  const peers: LocalResult<'peers'>['peers'] = [];
  for (;;) {
    const after = peers.at(-1)?.name;
    const page = await control.request('listPeers', after === undefined ? {} : { after });
    const fresh = page.peers.filter(({ name }) => after === undefined || name > after);
    peers.push(...fresh.map((peer) => ({ ...peer, session: sessions.get(peer.id) ?? null })));
    // A server that repeats itself must not keep us here.
    if (!page.more || fresh.length === 0 || peers.length >= LIMITS.PEERS_MAX.value) return { peers };
  }
}

/**
 * Round trip inside the tunnel.
 * @param relay as it is when there was no answer
 * @throws CausewayError NAME_UNKNOWN, POLICY_DENIED, PEER_UNREACHABLE, and why there is no way to the relay
 */
export async function pingPeer(
  asked: Asked,
  target: string,
  timeoutMs: number,
  relay: () => Part,
): Promise<LocalResult<'ping'>> {
  const { machine } = await findPeer(asked, target);
  const roundTripMs = await asked.link.ping(machine, timeoutMs).catch((error: unknown) => {
    // Nothing was learnt of the peer while our own way to the relay is broken.
    const { state, error: broken } = relay();
    throw state === 'failed' && broken !== null ? fromWire(broken) : error;
  });
  return { name: machine.name, address: machine.ipv6, roundTripMs };
}

/** @throws CausewayError NAME_UNKNOWN, POLICY_DENIED */
export async function resolvePeer(asked: Asked, target: string): Promise<LocalResult<'resolve'>> {
  const { machine, claims } = await findPeer(asked, target);
  return {
    name: machine.name,
    fullName: fullName(machine.name, asked.self.subscription.name),
    ipv4: machine.ipv4,
    ipv6: machine.ipv6,
    grantExpiresAt: claims.exp * 1000,
  };
}

/** @param target an overlay address, a name, or a name with this subscription's suffix */
function findPeer({ directory, self }: Asked, target: string): Promise<KnownPeer> {
  if (isIP(target) === 4) return directory.byAddress(target);
  if (isIP(target) === 6 && !target.includes('%')) return directory.byAddress(formatIpv6(parseIpv6(target)));
  const suffix = `.${suffixOf(self.subscription.name)}`;
  const bare = target.toLowerCase().replace(/\.$/, '');
  return directory.byName(parseLabel(bare.endsWith(suffix) ? bare.slice(0, -suffix.length) : bare));
}
