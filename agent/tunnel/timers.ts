/**
 * Everything that happens to a peer because time passes, as one table: when each thing is due, worked out
 * from the peer alone. What is then done is in tunnel.ts; each action must move its own due time on.
 */
import { LIMITS } from '#protocol/limits.ts';
import type { Peer } from './peer.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Milliseconds of the Unix epoch, or Infinity. */
type DueAt = (peer: Peer) => number;

export const TIMERS = {
  /** Our handshake was not answered: again, or give up. */
  handshakeRetry: (peer) => after(peer.initiation?.sentAt, LIMITS.HANDSHAKE_RETRY_MS.value),
  /** Packets wait, and nothing is under way for them any more. */
  pendingRetry: (peer) =>
    peer.pending.size > 0 && peer.initiation === undefined && peer.askedAt === undefined
      ? Math.max(peer.notBefore, peer.askNotBefore)
      : NEVER,
  /** The question for a grant was not answered. */
  askTimeout: (peer) => after(peer.askedAt, LIMITS.HANDSHAKE_GIVE_UP_MS.value),
  /** Packets came and we sent nothing: tell the peer that we live. */
  keepalive: (peer) => after(peer.owesAnswerSince, LIMITS.KEEPALIVE_AFTER_MS.value),
  /** Much came and nothing went that could take the acknowledgement along. */
  acknowledge: (peer) => peer.acknowledgements.dueAt,
  /** The window is shut, packets wait, and no word came. */
  windowStuck: (peer) => after(peer.waitsSince, peer.window.patienceMs),
  /** We sent packets and heard nothing: is the session still known over there? */
  deadPeer: (peer) =>
    peer.initiation === undefined ? after(peer.awaitsAnswerSince, LIMITS.PEER_DEAD_AFTER_MS.value) : NEVER,
  rekey: (peer) =>
    peer.slots.current === undefined || peer.initiation !== undefined || peer.askedAt !== undefined
      ? NEVER
      : Math.max(peer.slots.current.rekeyAt(peer.grant), peer.notBefore, peer.askNotBefore),
  /** Only the side that began the session asks for the next grant; its next handshake brings it to the other. */
  grantHalfLife: (peer) =>
    peer.slots.current?.role === 'initiator' && peer.grant !== undefined && peer.askedAt === undefined
      ? Math.max(peer.grant.halfLifeAt, peer.askNotBefore)
      : NEVER,
  idleClose: (peer) => (peer.slots.any ? peer.lastPacketAt + LIMITS.SESSION_IDLE_CLOSE_MS.value : NEVER),
  sessionExpiry: (peer) => peer.slots.firstExpiry(),
  /** Nothing left to remember: no grant to use, no old handshake or revoked grant to refuse. */
  forget: (peer) =>
    peer.dormant
      ? Math.max(
          peer.lastPacketAt + LIMITS.SESSION_IDLE_CLOSE_MS.value,
          peer.grant?.expiresAt ?? 0,
          peer.greatestTimestamp + 2 * LIMITS.HANDSHAKE_TIMESTAMP_SKEW_MS.value,
          (peer.revoked?.at ?? 0) + 1_000 * LIMITS.GRANT_LIFETIME_S.value,
        )
      : NEVER,
} satisfies Record<string, DueAt>;

export type TimerName = keyof typeof TIMERS;

const NAMES = Object.keys(TIMERS) as TimerName[];
/** Asked for every message: without looking each up by its name. */
const ALL: readonly DueAt[] = Object.values(TIMERS);

/** When the first of the peer's timers is due. */
export function deadlineOf(peer: Peer): number {
  let deadline = NEVER;
  for (const dueAt of ALL) deadline = Math.min(deadline, dueAt(peer));
  return deadline;
}

/** Carries out what is due, each timer at most once. */
export function runTimers(
  peer: Peer,
  now: number,
  actions: Readonly<Record<TimerName, (peer: Peer, now: number) => void>>,
): void {
  for (const name of NAMES) {
    if (TIMERS[name](peer) <= now) actions[name](peer, now);
  }
}

function after(since: number | undefined, delay: number): number {
  return since === undefined ? NEVER : since + delay;
}
