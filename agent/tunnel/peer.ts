/**
 * Everything the tunnel holds about one peer, and the state that follows from it. Data with few rules of its
 * own: what happens is in tunnel.ts and handshakes.ts, when it happens in timers.ts.
 */
import { fromHex } from '#protocol/encoding.ts';
import type { MachineId } from '#protocol/ids.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { DropCounters, type DropReason } from './drops.ts';
import type { HeldGrant } from './held-grant.ts';
import type { HandshakeState } from './noise/handshake-state.ts';
import { PacketQueue, type QueuedBytes } from './packet-queue.ts';
import { PendingPackets } from './pending.ts';
import { SendWindow } from './send-window.ts';
import type { Session } from './session.ts';
import { SessionSlots } from './session-slots.ts';

/**
 * `connected`: a session is open, and the peer has answered in it. `connecting`: one is wanted, and the peer
 * or the control plane has yet to answer. `unreachable`: the last handshake went unanswered or the relay
 * does not know the peer, and nothing authentic arrived since. `idle`: none of these.
 */
export type PeerState = 'idle' | 'connecting' | 'connected' | 'unreachable';

/** All times are milliseconds of the Unix epoch. */
export interface PeerView {
  readonly id: MachineId;
  readonly state: PeerState;
  /** When something authentic last arrived. */
  readonly provenAt: number | null;
  /** Bytes of IP packets, without what the tunnel adds. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
  readonly sentPackets: number;
  readonly grantExpiresAt: number | null;
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>;
}

/** A handshake that we began. */
export interface Initiation {
  readonly noise: HandshakeState;
  readonly localIndex: number;
  readonly grant: HeldGrant;
  /** When the first of the attempts in a row was sent. */
  readonly firstAt: number;
  /** When this attempt was sent. */
  readonly sentAt: number;
}

export class Peer {
  readonly id: MachineId;
  /** The id's 16 raw bytes. */
  readonly bytes: Uint8Array;
  readonly slots = new SessionSlots();
  readonly pending = new PendingPackets();
  /** What has a session and waits for the window or the link. */
  readonly queue: PacketQueue;
  readonly window = new SendWindow();
  /** What the peer has yet to be told has arrived. */
  readonly acknowledgements = new Acknowledgements();
  readonly drops = new DropCounters();
  readonly traffic = { receivedBytes: 0, sentBytes: 0, receivedPackets: 0, sentPackets: 0 };
  grant: HeldGrant | undefined;
  initiation: Initiation | undefined;
  /** No handshake begins before this. */
  notBefore = 0;
  /** When needGrant was called, until it is answered. */
  askedAt: number | undefined;
  /** After a refusal: no new question before this. */
  askNotBefore = 0;
  /** Timestamp of the newest handshake accepted from the peer. */
  greatestTimestamp = -1;
  /** Set by a revocation until a grant that came after it: which grants it took. */
  revoked: { readonly at: number; readonly grants: readonly string[] } | undefined;
  provenAt: number | undefined;
  /** Last packet either way, or the opening of the first session: idle since then. */
  lastPacketAt: number;
  /** First packet received since we last sent anything. */
  owesAnswerSince: number | undefined;
  /** First packet sent since anything authentic last arrived. */
  awaitsAnswerSince: number | undefined;
  /** Since when something waits for the window without a word of the peer on what has arrived. */
  waitsSince: number | undefined;
  unreachable = false;
  /** When the first of its timers was due when something last happened to it. */
  deadline = Number.POSITIVE_INFINITY;
  /** What the owner was last told. */
  reportedState: PeerState = 'idle';

  constructor(id: MachineId, memory: FrameMemory, queued: QueuedBytes, now: number) {
    this.queue = new PacketQueue(memory, queued);
    this.id = id;
    this.bytes = fromHex(id);
    this.lastPacketAt = now;
  }

  /** The session to send in. */
  sending(now: number): Session | undefined {
    const current = this.slots.current;
    return current?.canSend(now) ? current : undefined;
  }

  validGrant(now: number): HeldGrant | undefined {
    return this.grant?.validAt(now) ? this.grant : undefined;
  }

  /** Something authentic arrived. */
  heard(now: number): void {
    this.provenAt = now;
    this.awaitsAnswerSince = undefined;
    this.unreachable = false;
  }

  get state(): PeerState {
    if (this.unreachable) return 'unreachable';
    if (this.slots.current !== undefined) return 'connected';
    return this.initiation !== undefined || this.pending.size > 0 ? 'connecting' : 'idle';
  }

  /** Nothing is under way that forgetting the peer would break. */
  get dormant(): boolean {
    return !this.slots.any && this.initiation === undefined && this.askedAt === undefined && this.pending.size === 0;
  }

  abandonInitiation(): void {
    this.initiation?.noise.wipe();
    this.initiation = undefined;
  }

  view(): PeerView {
    return {
      id: this.id,
      state: this.state,
      provenAt: this.provenAt ?? null,
      ...this.traffic,
      grantExpiresAt: this.grant?.expiresAt ?? null,
      droppedByReason: this.drops.byReason(),
    };
  }
}
