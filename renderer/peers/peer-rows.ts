/** The list of peers as it is shown: who may be reached, with the figures of the sessions as they are now. Pure. */
import type { ReachablePeer } from '#electron/ipc/schema.ts';
import type { PeerStatus } from '#protocol/status.ts';
import type { Tone } from '../shell/state-mark.tsx';
import type { Words } from '../words/words.ts';

export type PeerState = keyof Words['peers']['states'];

export interface PeerRow {
  readonly id: string;
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly memberOf: string;
  readonly state: PeerState;
  readonly roundTripMs: number | null;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Why it does not answer or is not allowed. */
  readonly why: string | null;
}

export const PEER_TONES: Readonly<Record<PeerState, Tone>> = {
  connected: 'good',
  connecting: 'pending',
  unreachable: 'bad',
  denied: 'bad',
  idle: 'idle',
  offline: 'unknown',
};

/** @param sessions of the status now: the list is older @param search part of a name, an address or a group */
export function peerRows(
  peers: readonly ReachablePeer[],
  sessions: readonly PeerStatus[],
  search: string,
): readonly PeerRow[] {
  const sessionOf = new Map(sessions.map((session) => [session.id, session]));
  const wanted = search.trim().toLowerCase();
  const matches = ({ name, ipv4, ipv6, memberOf }: ReachablePeer) =>
    [name, ipv4, ipv6, memberOf].some((text) => text.toLowerCase().includes(wanted));
  return peers.filter(matches).map((peer) => row(peer, sessionOf.get(peer.id)));
}

function row(peer: ReachablePeer, session: PeerStatus | undefined): PeerRow {
  const { id, name, ipv4, ipv6, memberOf, online } = peer;
  const state = session?.state ?? 'idle';
  return {
    id,
    name,
    ipv4,
    ipv6,
    memberOf,
    state: state === 'idle' && !online ? 'offline' : state,
    roundTripMs: state === 'connected' ? (session?.roundTripMs ?? null) : null,
    receivedBytes: session?.receivedBytes ?? 0,
    sentBytes: session?.sentBytes ?? 0,
    why: session?.error?.message ?? null,
  };
}
