/**
 * All tunnel sessions of one machine: packets in, relay frames out, and back. A pure state machine: bytes,
 * grants and the time come in by calls, everything else goes out through TunnelOutput. It opens no socket,
 * sets no timer, verifies no signature, and logs nothing.
 *
 * `now` is milliseconds of the Unix epoch by the server's clock, and must not go back: take a monotonic
 * clock plus the offset that the control plane told. No call throws because of what a peer sent.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { fromHex, toBase64url } from '#protocol/encoding.ts';
import type { GoneReason } from '#protocol/frames.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import { type MachineId, type SubscriptionId, tunnelPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  type DataCipher,
  PROBE_BYTES,
  RECORD,
  TUNNEL_MESSAGE,
  UNKNOWN_SESSION_BYTES,
} from '#protocol/tunnel-messages.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { cipherBits } from './cipher.ts';
import type { DropReason } from './drops.ts';
import { readIndex } from './handshake-messages.ts';
import { Handshakes } from './handshakes.ts';
import { HeldGrant } from './held-grant.ts';
import { DhKeyPair } from './noise/dh.ts';
import type { Peer, PeerView } from './peer.ts';
import { ReceivePath } from './receive-path.ts';
import { isCarriable } from './records.ts';
import { SendPath } from './send-path.ts';
import { deadlineOf, runTimers, type TimerName } from './timers.ts';
import { TunnelContext, type TunnelOutput } from './tunnel-context.ts';

const INDEX_AT = 1;

export interface TunnelOptions {
  readonly self: MachineId;
  /** Grants for any other subscription are refused. */
  readonly subscription: SubscriptionId;
  /** X25519 private key, 32 bytes; copied. */
  readonly staticKey: Uint8Array;
  readonly output: TunnelOutput;
  /** Cryptographically secure, except in tests. */
  readonly random: (bytes: number) => Uint8Array;
  /** Milliseconds with fractions since some moment, never back: measures round trips. */
  readonly monotonic: () => number;
  /** Frames come from it; whoever sends them gives them back. */
  readonly memory: FrameMemory;
  /** What to offer and accept; `suitableCiphers` of cipher.ts knows what suits a computer. Default: both. */
  readonly ciphers?: readonly DataCipher[];
}

export class Tunnel implements Disposable {
  readonly #context: TunnelContext;
  readonly #output: TunnelOutput;
  readonly #handshakes: Handshakes;
  readonly #sending: SendPath;
  readonly #receiving: ReceivePath;
  /** No timer of any peer is due before this. */
  #deadline = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(options: TunnelOptions) {
    const staticKey = new DhKeyPair(options.staticKey);
    this.#output = options.output;
    this.#context = new TunnelContext({
      self: {
        id: options.self,
        key: tunnelPublicKey.parse(toBase64url(staticKey.publicKey)),
        subscription: options.subscription,
      },
      selfBytes: fromHex(options.self),
      staticKey,
      random: options.random,
      monotonic: options.monotonic,
      memory: options.memory,
      ciphers: cipherBits(options.ciphers ?? ['aes-256-gcm', 'chacha20-poly1305']),
      output: options.output,
    });
    this.#handshakes = new Handshakes(this.#context);
    this.#sending = new SendPath(this.#context);
    this.#receiving = new ReceivePath(this.#context, this.#sending);
  }

  /** Sends packets to a peer, or keeps a bounded number while a session is made. They are copied or sealed before this returns. */
  outgoing(id: MachineId, packets: readonly AdapterPacket[], now: number): void {
    if (this.#closed || packets.length === 0) return;
    const peer = this.#context.peers.open(id, now);
    if (peer === undefined) {
      this.#context.drop(undefined, 'peers-full', packets.length);
      return;
    }
    const session = peer.sending(now);
    if (session !== undefined) this.#sending.offer(peer, session, packets, now);
    else this.#keep(peer, packets, now);
    this.#settle(peer, now);
  }

  /**
   * A tunnel message arrived: the payload of a DATA frame whose source is `id` by the relay's word. It is only
   * read, and not kept.
   */
  incoming(id: MachineId, message: Uint8Array, now: number): void {
    if (this.#closed) return;
    const refusal = this.#receive(id, message, now);
    const peer = this.#context.peers.get(id);
    if (refusal !== undefined) this.#context.drop(peer, refusal);
    if (peer !== undefined) this.#settle(peer, now);
  }

  /** Does what is due. Cheap when nothing is. */
  tick(now: number): void {
    if (this.#closed || now < this.#deadline) return;
    this.#deadline = Number.POSITIVE_INFINITY;
    for (const peer of this.#context.peers.values()) {
      if (peer.deadline <= now) this.#settle(peer, now);
      else this.#deadline = Math.min(this.#deadline, peer.deadline);
    }
  }

  /** When to call {@link tick}; may be too early, never too late. Ask again after every call. */
  nextDeadline(): number | undefined {
    return this.#deadline === Number.POSITIVE_INFINITY ? undefined : this.#deadline;
  }

  /**
   * The control plane gave a grant, asked for or not. Of two, the one that expires later is used. Makes an earlier
   * revocation of the pair void.
   * @throws CausewayError GRANT_NOT_FOR_US, GRANT_EXPIRED; answer with {@link refuseGrant} then.
   */
  setGrant(text: string, claims: GrantClaims, now: number): void {
    if (this.#closed) return;
    const grant = new HeldGrant(text, claims, this.#context.self, now);
    const peer = this.#context.peers.open(grant.peer, now);
    if (peer === undefined) {
      this.#context.drop(undefined, 'peers-full');
      return;
    }
    if (grant.expiresAt >= (peer.grant?.expiresAt ?? 0)) peer.grant = grant;
    // Allowed again after a revocation: the last handshake made a session that is gone.
    if (peer.revoked !== undefined) peer.notBefore = now;
    peer.revoked = undefined;
    peer.askedAt = undefined;
    peer.askNotBefore = now + LIMITS.HANDSHAKE_RETRY_MS.value;
    if (peer.pending.size > 0) this.#handshakes.want(peer, now);
    this.#settle(peer, now);
  }

  /** The control plane gave no grant. A session goes on until the grant that it has expires. */
  refuseGrant(id: MachineId, now: number): void {
    const peer = this.#context.peers.get(id);
    if (peer === undefined) return;
    this.#refused(peer, now);
    this.#settle(peer, now);
  }

  /**
   * Answers verifyGrant: the signature is the control plane's.
   * @returns whether what the grant says fits too, and the handshake was answered.
   */
  grantVerified(handshake: number, claims: GrantClaims, now: number): boolean {
    const peer = this.#handshakes.grantVerified(handshake, claims, now);
    if (peer !== undefined) this.#settle(peer, now);
    return peer !== undefined;
  }

  /** Answers verifyGrant: forged, or expired. */
  grantRejected(handshake: number, _now: number): void {
    this.#handshakes.grantRejected(handshake);
  }

  /** The pair may no longer talk: sessions, keys and waiting packets are gone when this returns. */
  revoke(id: MachineId, now: number): void {
    if (this.#closed) return;
    this.#handshakes.forgetHalfOpen(id);
    const peer = this.#context.peers.open(id, now);
    if (peer === undefined) return;
    const grants = peer.slots.clear().map((session) => session.grant.id);
    if (peer.grant !== undefined) grants.push(peer.grant.id);
    peer.revoked = { at: now, grants: [...(peer.revoked?.grants ?? []), ...grants] };
    peer.grant = undefined;
    this.#quieten(peer, 'revoked');
    this.#settle(peer, now);
  }

  /** The relay says that it does not reach the peer. Nothing is torn down: it may be back in a moment. */
  peerGone(id: MachineId, _reason: GoneReason, now: number): void {
    const peer = this.#context.peers.get(id);
    if (peer === undefined || peer.state === 'idle') return;
    peer.unreachable = true;
    this.#settle(peer, now);
  }

  /** The edge takes frames again, after `sendFrame` said that it does not. */
  linkDrained(now: number): void {
    if (this.#closed) return;
    const waited = [...this.#sending.waiting];
    this.#sending.linkDrained(now);
    for (const peer of waited) this.#settle(peer, now);
  }

  /** The relay connection is new: sessions go on, handshakes that were under way are repeated at once. */
  reconnected(now: number): void {
    this.linkDrained(now);
    for (const peer of this.#context.peers.values()) {
      if (peer.awaitsAnswerSince !== undefined) peer.awaitsAnswerSince = now;
      this.#handshakes.retry(peer, now);
      this.#settle(peer, now);
    }
  }

  /**
   * Sends 8 bytes that the peer sends back (probeReply).
   * @returns false when there is no session; one is begun, so try again.
   */
  probe(id: MachineId, probe: Uint8Array, now: number): boolean {
    if (probe.length !== PROBE_BYTES) throw new RangeError(`a probe has ${PROBE_BYTES} bytes`);
    const peer = this.#closed ? undefined : this.#context.peers.open(id, now);
    if (peer === undefined) return false;
    const session = peer.sending(now);
    if (session === undefined) {
      this.#handshakes.want(peer, now);
    } else {
      this.#sending.sendRecord(peer, session, RECORD.PROBE, probe);
      peer.awaitsAnswerSince ??= now;
    }
    this.#settle(peer, now);
    return session !== undefined;
  }

  peer(id: MachineId): PeerView | undefined {
    return this.#context.peers.get(id)?.view();
  }

  *peers(): IterableIterator<PeerView> {
    for (const peer of this.#context.peers.values()) yield peer.view();
  }

  /** What waits for windows and for the link, of all peers, each packet charged with its overhead. */
  get queuedBytes(): number {
    return this.#context.queued.bytes;
  }

  /** Everything dropped, of all peers and of senders that are none. */
  get droppedByReason(): Readonly<Partial<Record<DropReason, number>>> {
    return this.#context.drops.byReason();
  }

  /** Lets go of all keys. Later calls do nothing. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#handshakes.wipe();
    for (const peer of this.#context.peers.values()) {
      peer.slots.clear();
      peer.abandonInitiation();
    }
    this.#context.peers.clear();
  }

  /** Keeps packets until there is a session, unless one was refused just now. */
  #keep(peer: Peer, packets: readonly AdapterPacket[], now: number): void {
    const refused = peer.validGrant(now) === undefined && peer.askedAt === undefined && now < peer.askNotBefore;
    if (refused) {
      this.#context.drop(peer, 'no-grant', packets.length);
      return;
    }
    for (const packet of packets) {
      if (isCarriable(packet)) this.#context.drop(peer, 'pending-overflow', peer.pending.push(packet));
      else this.#context.drop(peer, 'malformed-packet');
    }
    if (peer.pending.size > 0) this.#handshakes.want(peer, now);
  }

  #receive(id: MachineId, message: Uint8Array, now: number): DropReason | undefined {
    switch (message[0]) {
      case TUNNEL_MESSAGE.DATA:
        return this.#receiving.receive(id, message, now);
      case TUNNEL_MESSAGE.HANDSHAKE_INIT:
        return this.#handshakes.receiveInit(id, new Uint8Array(message), now);
      case TUNNEL_MESSAGE.HANDSHAKE_RESPONSE:
        return this.#receiveResponse(id, new Uint8Array(message), now);
      case TUNNEL_MESSAGE.UNKNOWN_SESSION:
        return this.#receiveHint(id, message, now);
      default:
        return message.length === 0 ? 'malformed-message' : 'unknown-type';
    }
  }

  #receiveResponse(id: MachineId, message: Uint8Array, now: number): DropReason | undefined {
    const peer = this.#context.peers.get(id);
    if (peer === undefined) return 'unknown-session';
    const session = this.#handshakes.receiveResponse(peer, message, now);
    if (typeof session === 'string') return session;
    this.#sending.opened(peer, session, now);
    return undefined;
  }

  /** Anybody could have sent this, so all it can do is begin a handshake a little earlier. */
  #receiveHint(id: MachineId, message: Uint8Array, now: number): DropReason | undefined {
    if (message.length !== UNKNOWN_SESSION_BYTES) return 'malformed-message';
    const peer = this.#context.peers.get(id);
    if (peer?.slots.current?.remoteIndex !== readIndex(message, INDEX_AT)) return 'unknown-session';
    this.#handshakes.want(peer, now);
    return undefined;
  }

  readonly #onTimer: Readonly<Record<TimerName, (peer: Peer, now: number) => void>> = {
    handshakeRetry: (peer, now) => this.#handshakes.retry(peer, now),
    pendingRetry: (peer, now) => this.#handshakes.want(peer, now),
    askTimeout: (peer, now) => this.#refused(peer, now),
    keepalive: (peer, now) => {
      peer.owesAnswerSince = undefined;
      const session = peer.sending(now);
      if (session !== undefined) this.#sending.sendRecord(peer, session, RECORD.KEEPALIVE);
    },
    acknowledge: (peer, now) => {
      const session = peer.sending(now);
      const record = peer.acknowledgements.take();
      if (session !== undefined && record !== undefined) this.#sending.sendSealed(peer, session, record);
    },
    windowStuck: (peer, now) => this.#sending.unstick(peer, now),
    deadPeer: (peer, now) => {
      peer.awaitsAnswerSince = undefined;
      this.#handshakes.want(peer, now);
    },
    rekey: (peer, now) => this.#handshakes.want(peer, now),
    grantHalfLife: (peer, now) => this.#handshakes.ask(peer, now),
    idleClose: (peer) => {
      peer.slots.clear();
      this.#quieten(peer, 'unreachable');
    },
    sessionExpiry: (peer, now) => peer.slots.removeExpired(now),
    forget: (peer) => this.#context.peers.delete(peer),
  };

  #refused(peer: Peer, now: number): void {
    const usable = peer.validGrant(now) !== undefined;
    peer.askedAt = undefined;
    // With a handshake that nobody answers, the grant may be one that the other side knows was taken back.
    const urgent = !usable || peer.initiation !== undefined;
    peer.askNotBefore = now + (urgent ? LIMITS.HANDSHAKE_RETRY_MS : LIMITS.HANDSHAKE_GIVE_UP_MS).value;
    if (!usable) this.#context.drop(peer, 'no-grant', peer.pending.takeAll().length);
  }

  /** Stops whatever is under way with the peer. */
  #quieten(peer: Peer, reason: DropReason): void {
    peer.abandonInitiation();
    peer.owesAnswerSince = undefined;
    peer.awaitsAnswerSince = undefined;
    peer.unreachable = false;
    peer.waitsSince = undefined;
    this.#context.drop(peer, reason, peer.pending.takeAll().length + peer.queue.clear());
  }

  /** After every event of a peer: does what is due already, reports its state, notes its next deadline. */
  #settle(peer: Peer, now: number): void {
    peer.deadline = deadlineOf(peer);
    if (peer.deadline <= now) {
      runTimers(peer, now, this.#onTimer);
      peer.deadline = deadlineOf(peer);
    }
    if (peer.state !== peer.reportedState) {
      peer.reportedState = peer.state;
      this.#output.peerChanged(peer.id);
    }
    if (this.#context.peers.get(peer.id) === peer) this.#deadline = Math.min(this.#deadline, peer.deadline);
  }
}
