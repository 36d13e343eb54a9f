/**
 * What the agent's status says of each peer that it has a grant for.
 */
import type { Part, PeerStatus } from '#protocol/status.ts';
import type { Membership } from './membership.ts';
import type { KnownPeer } from './peer-directory.ts';

/** @param relay the way to every peer */
export function peerStatuses(membership: Membership, relay: Part): PeerStatus[] {
  const sessions = new Map([...membership.link.peers()].map((peer) => [peer.id, peer]));
  return membership.directory.ids().map((id) => {
    const { machine, claims } = membership.directory.get(id) as KnownPeer;
    const session = sessions.get(id);
    return {
      id,
      name: machine.name,
      ipv4: machine.ipv4,
      ipv6: machine.ipv6,
      // A tunnel outlives the way to the relay, but nothing passes through it meanwhile.
      state: session?.state === 'connected' && relay.state !== 'ok' ? 'unreachable' : (session?.state ?? 'idle'),
      provenAt: session?.provenAt ?? null,
      roundTripMs: membership.link.roundTripMs(id),
      receivedBytes: session?.receivedBytes ?? 0,
      sentBytes: session?.sentBytes ?? 0,
      grantExpiresAt: claims.exp * 1000,
      error: null,
    };
  });
}
