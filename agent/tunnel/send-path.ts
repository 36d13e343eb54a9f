/**
 * From packets to sealed frames on the link to the relay. Two things bound what is under way: each peer's
 * window, and the link, which all peers share. What is over either waits here, in the peer's own queue; when
 * the link takes more, the peers have turns (deficit round robin with a turn's worth of bytes), so a peer with
 * a hundred connections has no more of it than a peer with one. Needs a session to be there.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { createCoalescer } from '#native/coalesce.ts';
import { LIMITS } from '#protocol/limits.ts';
import { RECORD } from '#protocol/tunnel-messages.ts';
import { PacketSealer } from './packet-sealer.ts';
import type { Peer } from './peer.ts';
import { encodeRecord, isCarriable } from './records.ts';
import type { Session } from './session.ts';
import type { TunnelContext } from './tunnel-context.ts';

const NO_END = Number.POSITIVE_INFINITY;

export class SendPath {
  readonly #context: TunnelContext;
  readonly #coalesce = createCoalescer();
  readonly #sealer = new PacketSealer();
  /** Peers for which something waits, in the order of their turns. One whose queue was cleared may linger. */
  readonly #waiting = new Set<Peer>();
  /** The link takes no more until {@link linkDrained}. */
  #linkFull = false;

  constructor(context: TunnelContext) {
    this.#context = context;
  }

  /** Sends what window and link let through, in fair turn with what waits already; the rest waits. */
  offer(peer: Peer, session: Session, packets: readonly AdapterPacket[], now: number): void {
    let next = 0;
    if (peer.queue.size === 0 && !this.#linkFull) {
      const room = peer.window.room(this.#context.monotonic());
      for (let bytes = 0; next < packets.length && bytes < room; next++) bytes += packets[next]?.length ?? 0;
      const direct = next === packets.length ? packets : packets.slice(0, next);
      if (direct.length > 0) this.#send(peer, session, direct, now, next < packets.length);
      if (next === packets.length) return;
    }
    for (const packet of packets.slice(next)) {
      if (isCarriable(packet)) this.#context.drop(peer, 'queue-full', peer.queue.push(packet, now));
      else this.#context.drop(peer, 'malformed-packet');
    }
    this.#waiting.add(peer);
    this.#pump(peer, session, now);
    while (this.#context.queued.bytes > LIMITS.TUNNEL_QUEUE_MAX_BYTES.value) this.#dropFromFullest();
  }

  /** Peers for which something waits. */
  get waiting(): Iterable<Peer> {
    return this.#waiting;
  }

  /** The peer's window, or the session, has opened: sends what waits. */
  resume(peer: Peer, session: Session, now: number): void {
    if (peer.queue.size > 0) this.#pump(peer, session, now);
  }

  /** The link takes more: a turn for each peer that waits, until it is full again. */
  linkDrained(now: number): void {
    this.#linkFull = false;
    for (let progress = true; progress; ) {
      progress = false;
      for (const peer of [...this.#waiting]) {
        if (this.#linkFull) return;
        if (peer.queue.size === 0) this.#waiting.delete(peer);
        const session = peer.sending(now);
        const sent = session === undefined ? 0 : this.#pump(peer, session, now, LIMITS.PEER_TURN_BYTES.value);
        progress ||= sent > 0;
      }
    }
  }

  /** The peer's window was shut for too long without a word. */
  unstick(peer: Peer, now: number): void {
    peer.window.giveUp();
    peer.waitsSince = undefined;
    const session = peer.sending(now);
    if (session !== undefined) this.#pump(peer, session, now);
  }

  /** A session has just become the current one: sends what waits, or shows the peer with a keepalive that we live. */
  opened(peer: Peer, session: Session, now: number): void {
    this.resume(peer, session, now);
    if (peer.pending.size > 0) this.offer(peer, session, peer.pending.takeAll(), now);
    else if (session.role === 'initiator') this.sendRecord(peer, session, RECORD.KEEPALIVE);
  }

  /** Sends one record that is no packet. */
  sendRecord(peer: Peer, session: Session, type: number, body?: Uint8Array): void {
    this.sendSealed(peer, session, encodeRecord(type, body));
  }

  /** Sends records as they are. */
  sendSealed(peer: Peer, session: Session, records: Uint8Array): void {
    this.#toLink(peer, session.seal(records));
  }

  /**
   * Sends what waits for one peer, as far as window and link let it, and up to `most` bytes. Whoever has
   * more comes behind the others.
   * @returns bytes sent
   */
  #pump(peer: Peer, session: Session, now: number, most = NO_END): number {
    const { memory } = this.#context;
    const old = () => this.#context.drop(peer, 'queue-old');
    let total = 0;
    while (peer.queue.size > 0 && total < most) {
      const room = this.#linkFull ? 0 : peer.window.room(this.#context.monotonic());
      const packets: AdapterPacket[] = [];
      let bytes = 0;
      while (bytes < LIMITS.PEER_TURN_BYTES.value) {
        const packet = peer.queue.take(now, bytes >= room, old);
        if (packet === undefined) break;
        packets.push(packet);
        bytes += packet.length;
      }
      if (packets.length === 0) break;
      this.#send(peer, session, packets, now, true);
      total += bytes;
      for (const packet of packets) if (memory.owns(packet)) memory.give(packet);
    }
    this.#waiting.delete(peer);
    if (peer.queue.size > 0) this.#waiting.add(peer);
    const forWindow = peer.queue.size > 0 && !this.#linkFull;
    peer.waitsSince = forWindow ? (peer.waitsSince ?? now) : undefined;
    return total;
  }

  /** Seals the packets into as few messages as they fit into. Those that are none are left out and counted. */
  #send(peer: Peer, session: Session, packets: readonly AdapterPacket[], now: number, more: boolean): void {
    const fewer = this.#coalesce(packets);
    const sealed = this.#sealer.seal(session, fewer, peer.acknowledgements.take());
    const { remoteIndex, nextCounter } = session;
    peer.window.sent(remoteIndex, nextCounter - 1, sealed.bytes, more, this.#context.monotonic());
    this.#context.drop(peer, 'malformed-packet', fewer.length - sealed.packets);
    if (sealed.packets === 0) return;
    peer.traffic.sentPackets += sealed.packets;
    peer.traffic.sentBytes += sealed.bytes;
    peer.lastPacketAt = now;
    peer.awaitsAnswerSince ??= now;
    peer.owesAnswerSince = undefined;
    for (const frame of sealed.frames) this.#toLink(peer, frame);
  }

  #toLink(peer: Peer, frame: Parameters<TunnelContext['output']['sendFrame']>[1]): void {
    if (!this.#context.output.sendFrame(peer.id, frame)) this.#linkFull = true;
  }

  /** Of the peer that holds the most, so that nobody pays for what another sends. */
  #dropFromFullest(): void {
    let fullest: Peer | undefined;
    for (const peer of this.#waiting) {
      if (fullest === undefined || peer.queue.bytes > fullest.queue.bytes) fullest = peer;
    }
    if (fullest === undefined) return;
    fullest.queue.dropOldest();
    this.#context.drop(fullest, 'queue-full');
  }
}
