/**
 * Handshakes from both ends: beginning, repeating and giving up our own; checking and answering those of
 * peers. Leaves sessions in the peer's slots; knows nothing of packets.
 *
 * Simultaneous initiation: the handshake of the machine with the lower id goes on. The other machine drops
 * its own when it answers; the lower one does not answer the other's while its own first attempt is fresh.
 * Should that attempt fail, it does answer, so that neither waits for a handshake that can not succeed.
 */
import { equalBytes, fromBase64url, fromHex } from '#protocol/encoding.ts';
import { isRefusal } from '#protocol/errors.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  CIPHER_BIT,
  type DataCipher,
  HANDSHAKE_INIT_HEADER_BYTES,
  HANDSHAKE_RESPONSE_HEADER_BYTES,
  INDEX_BYTES,
  TUNNEL_MESSAGE,
} from '#protocol/tunnel-messages.ts';
import { chooseCipher } from './cipher.ts';
import type { DropReason } from './drops.ts';
import {
  controlFrame,
  decodeAnswer,
  decodeOffer,
  encodeAnswer,
  encodeOffer,
  readIndex,
  TUNNEL_SUITE,
  tunnelPrologue,
} from './handshake-messages.ts';
import { HeldGrant } from './held-grant.ts';
import { HandshakeState } from './noise/handshake-state.ts';
import type { Peer } from './peer.ts';
import { RateGate } from './rate-gate.ts';
import { Session } from './session.ts';
import type { TunnelContext } from './tunnel-context.ts';

/** What a peer's message 1 comes to. */
interface Offered {
  readonly timestamp: number;
  readonly grant: string;
  readonly cipher: DataCipher;
}

/** A handshake of a peer whose grant is being verified. */
interface HalfOpen extends Offered {
  readonly source: MachineId;
  readonly noise: HandshakeState;
  readonly remoteIndex: number;
  readonly receivedAt: number;
}

export class Handshakes {
  readonly #context: TunnelContext;
  readonly #halfOpen = new Map<number, HalfOpen>();
  readonly #gate = new RateGate(LIMITS.HANDSHAKE_ACCEPT_EVERY_MS.value);
  #lastNumber = 0;
  #lastTimestamp = 0;

  constructor(context: TunnelContext) {
    this.#context = context;
  }

  /** A session with the peer is wanted: begins a handshake, or asks for the grant that it takes. Idempotent. */
  want(peer: Peer, now: number): void {
    if (peer.initiation !== undefined) return;
    const grant = peer.validGrant(now);
    if (grant === undefined) this.ask(peer, now);
    else if (now >= peer.notBefore) this.#begin(peer, grant, now, now);
  }

  ask(peer: Peer, now: number): void {
    if (peer.askedAt !== undefined || now < peer.askNotBefore) return;
    peer.askedAt = now;
    this.#context.output.needGrant(peer.id);
  }

  /** Our handshake was not answered in time. */
  retry(peer: Peer, now: number): void {
    const initiation = peer.initiation;
    if (initiation === undefined) return;
    peer.abandonInitiation();
    const grant = peer.validGrant(now);
    if (now - initiation.firstAt >= LIMITS.HANDSHAKE_GIVE_UP_MS.value) this.#giveUp(peer, initiation.firstAt, now);
    else if (grant === undefined) this.ask(peer, now);
    else {
      this.#begin(peer, grant, initiation.firstAt, now);
      // The other side may know that it was taken back, and given anew, while this machine heard of neither.
      if (grant.issuedAt < initiation.firstAt) this.ask(peer, now);
    }
  }

  /** A HANDSHAKE_INIT arrived. Asks the edge to verify its grant, or says why not. */
  receiveInit(source: MachineId, message: Uint8Array, now: number): DropReason | undefined {
    if (message.length < HANDSHAKE_INIT_HEADER_BYTES) return 'malformed-message';
    if (message.length > LIMITS.HANDSHAKE_MESSAGE_MAX_BYTES.value) return 'malformed-message';
    this.#expireHalfOpen(now);
    if (this.#halfOpen.size >= LIMITS.HANDSHAKES_PENDING_MAX.value) return 'handshake-too-many';
    if (!this.#gate.pass(source, now)) return 'handshake-too-many';

    const { selfBytes, staticKey, random } = this.#context;
    const prologue = tunnelPrologue(fromHex(source), selfBytes);
    const noise = new HandshakeState({ suite: TUNNEL_SUITE, role: 'responder', prologue, staticKey, random });
    const payload = read(noise, message.subarray(HANDSHAKE_INIT_HEADER_BYTES));
    if (payload === undefined) return 'handshake-unauthentic';
    const examined = this.#examine(source, payload, now);
    if (typeof examined === 'string') {
      noise.wipe();
      return examined;
    }
    this.forgetHalfOpen(source);
    const number = ++this.#lastNumber;
    this.#halfOpen.set(number, { ...examined, source, noise, remoteIndex: readIndex(message, 1), receivedAt: now });
    this.#context.output.verifyGrant(number, examined.grant);
    return undefined;
  }

  /**
   * The edge found the grant's signature good: checks what it says, and answers.
   * @returns the peer, when it was answered.
   */
  grantVerified(number: number, claims: GrantClaims, now: number): Peer | undefined {
    const half = this.#take(number);
    if (half === undefined) return undefined;
    const checked = this.#check(half, claims, now);
    if (typeof checked === 'string') {
      half.noise.wipe();
      this.#context.drop(this.#context.peers.get(half.source), checked);
      return undefined;
    }
    this.#answer(half, checked.peer, checked.grant, now);
    return checked.peer;
  }

  grantRejected(number: number): void {
    const half = this.#take(number);
    if (half === undefined) return;
    half.noise.wipe();
    this.#context.drop(this.#context.peers.get(half.source), 'grant-rejected');
  }

  /** A HANDSHAKE_RESPONSE arrived. Returns the new session, which is the current one, or why there is none. */
  receiveResponse(peer: Peer, message: Uint8Array, now: number): Session | DropReason {
    if (message.length < HANDSHAKE_RESPONSE_HEADER_BYTES) return 'malformed-message';
    if (message.length > LIMITS.HANDSHAKE_MESSAGE_MAX_BYTES.value) return 'malformed-message';
    const { initiation } = peer;
    if (initiation === undefined || initiation.localIndex !== readIndex(message, 1)) return 'unknown-session';
    const payload = read(initiation.noise, message.subarray(HANDSHAKE_RESPONSE_HEADER_BYTES));
    if (payload === undefined) return 'handshake-unauthentic';
    const cipher = decodeAnswer(payload);
    if (cipher === undefined || (CIPHER_BIT[cipher] & this.#context.ciphers) === 0) return 'handshake-malformed';
    const session = new Session({
      memory: this.#context.memory,
      role: 'initiator',
      peerBytes: peer.bytes,
      localIndex: initiation.localIndex,
      remoteIndex: readIndex(message, 1 + INDEX_BYTES),
      cipher,
      keys: initiation.noise.split(),
      grant: initiation.grant,
      now,
    });
    peer.initiation = undefined;
    if (!peer.slots.any) peer.lastPacketAt = now;
    peer.slots.addProven(session);
    peer.heard(now);
    return session;
  }

  /** Drops what a machine began and was not answered yet. */
  forgetHalfOpen(source: MachineId): void {
    for (const [number, half] of this.#halfOpen) {
      if (half.source === source) this.#take(number)?.noise.wipe();
    }
  }

  /** Drops everything that is half open. */
  wipe(): void {
    for (const { noise } of this.#halfOpen.values()) noise.wipe();
    this.#halfOpen.clear();
  }

  #begin(peer: Peer, grant: HeldGrant, firstAt: number, now: number): void {
    const { selfBytes, staticKey, random, ciphers, output } = this.#context;
    const noise = new HandshakeState({
      suite: TUNNEL_SUITE,
      role: 'initiator',
      prologue: tunnelPrologue(selfBytes, peer.bytes),
      staticKey,
      remoteStatic: fromBase64url(grant.peerKey),
      random,
    });
    this.#lastTimestamp = Math.max(Math.floor(now), this.#lastTimestamp + 1);
    const offer = encodeOffer({ timestamp: this.#lastTimestamp, ciphers, grant: grant.text });
    const localIndex = this.#freshIndex(peer);
    const message = noise.writeMessage(offer);
    peer.initiation = { noise, localIndex, grant, firstAt, sentAt: now };
    peer.notBefore = now + LIMITS.HANDSHAKE_RETRY_MS.value;
    output.sendFrame(peer.id, controlFrame(peer.bytes, TUNNEL_MESSAGE.HANDSHAKE_INIT, [localIndex], message));
  }

  #giveUp(peer: Peer, firstAt: number, now: number): void {
    peer.notBefore = now + LIMITS.HANDSHAKE_RETRY_MS.value;
    peer.awaitsAnswerSince = undefined;
    if (peer.provenAt !== undefined && peer.provenAt >= firstAt) return;
    peer.unreachable = true;
    this.#context.drop(peer, 'unreachable', peer.pending.takeAll().length);
  }

  /** What can be judged of message 1 before its grant is verified. */
  #examine(source: MachineId, payload: Uint8Array, now: number): Offered | DropReason {
    const offer = decodeOffer(payload);
    if (offer === undefined) return 'handshake-malformed';
    const { timestamp, grant } = offer;
    if (Math.abs(timestamp - now) > LIMITS.HANDSHAKE_TIMESTAMP_SKEW_MS.value) return 'handshake-skewed';
    const newest = this.#context.peers.get(source)?.greatestTimestamp ?? -1;
    const beingChecked = [...this.#halfOpen.values()].find((half) => half.source === source)?.timestamp ?? -1;
    if (timestamp <= Math.max(newest, beingChecked)) return 'handshake-replayed';
    const cipher = chooseCipher(this.#context.ciphers, offer.ciphers);
    return cipher === undefined ? 'no-common-cipher' : { timestamp, grant, cipher };
  }

  /** Everything a grant must say for this handshake, and whether the handshake may go on. */
  #check(half: HalfOpen, claims: GrantClaims, now: number): { peer: Peer; grant: HeldGrant } | DropReason {
    const { self, peers } = this.#context;
    let grant: HeldGrant;
    try {
      grant = new HeldGrant(half.grant, claims, self, now);
    } catch (error) {
      if (isRefusal(error, 'GRANT_EXPIRED')) return 'grant-expired';
      if (isRefusal(error, 'GRANT_NOT_FOR_US')) return 'grant-not-for-us';
      throw error;
    }
    const proven = half.noise.remoteStatic;
    const keyFits = proven !== undefined && equalBytes(proven, fromBase64url(grant.peerKey));
    if (grant.peer !== half.source || !keyFits) return 'grant-not-for-us';
    const peer = peers.open(half.source, now);
    if (peer === undefined) return 'peers-full';
    if (isRevoked(peer, grant)) return 'revoked';
    if (half.timestamp <= peer.greatestTimestamp) return 'handshake-replayed';
    peer.greatestTimestamp = half.timestamp;
    const ours = peer.initiation;
    const fresh = ours !== undefined && now - ours.firstAt < LIMITS.HANDSHAKE_RETRY_MS.value;
    return fresh && self.id < peer.id ? 'handshake-yielded' : { peer, grant };
  }

  #answer(half: HalfOpen, peer: Peer, grant: HeldGrant, now: number): void {
    const localIndex = this.#freshIndex(peer);
    const message = half.noise.writeMessage(encodeAnswer(half.cipher));
    if (!peer.slots.any) peer.lastPacketAt = now;
    peer.slots.addUnproven(
      new Session({
        memory: this.#context.memory,
        role: 'responder',
        peerBytes: peer.bytes,
        localIndex,
        remoteIndex: half.remoteIndex,
        cipher: half.cipher,
        keys: half.noise.split(),
        grant,
        now,
      }),
    );
    if (peer.id < this.#context.self.id) peer.abandonInitiation();
    peer.revoked = undefined;
    if (grant.expiresAt > (peer.grant?.expiresAt ?? 0)) peer.grant = grant;
    // The peer's first message makes the session usable; until it is lost for good, nothing of ours is needed.
    peer.notBefore = now + LIMITS.HANDSHAKE_RETRY_MS.value;
    const indexes = [half.remoteIndex, localIndex];
    this.#context.output.sendFrame(
      peer.id,
      controlFrame(peer.bytes, TUNNEL_MESSAGE.HANDSHAKE_RESPONSE, indexes, message),
    );
  }

  /** Unpredictable, so that only the peer and the relay on the way can name it. */
  #freshIndex(peer: Peer): number {
    for (;;) {
      const index = readIndex(this.#context.random(INDEX_BYTES), 0);
      if (peer.slots.byLocalIndex(index) === undefined && peer.initiation?.localIndex !== index) return index;
    }
  }

  #take(number: number): HalfOpen | undefined {
    const half = this.#halfOpen.get(number);
    this.#halfOpen.delete(number);
    return half;
  }

  /** The edge answers every question; this bounds the harm when it does not. */
  #expireHalfOpen(now: number): void {
    for (const [number, half] of this.#halfOpen) {
      if (now - half.receivedAt < LIMITS.HANDSHAKE_GIVE_UP_MS.value) return;
      this.#take(number)?.noise.wipe();
    }
  }
}

/**
 * After a revocation only a grant issued later counts. The margin allows for the seconds that grants count
 * in and for clocks; inside it, the grants that were in use are still known by their ids.
 */
function isRevoked(peer: Peer, grant: HeldGrant): boolean {
  if (peer.revoked === undefined) return false;
  if (peer.revoked.grants.includes(grant.id)) return true;
  return grant.issuedAt < peer.revoked.at - LIMITS.REVOCATION_MARGIN_MS.value;
}

function read(noise: HandshakeState, message: Uint8Array): Uint8Array | undefined {
  try {
    return noise.readMessage(message);
  } catch {
    return undefined;
  }
}
