/**
 * DATA messages of all peers, out and in: seals packets into a session, opens what arrives, checks it and
 * hands it on. Needs a session to be there; making one is the handshakes' business.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { fromHex } from '#protocol/encoding.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  DATA_OVERHEAD_BYTES,
  OFFLOAD_HEADER_BYTES,
  PROBE_BYTES,
  RECORD,
  TUNNEL_MESSAGE,
} from '#protocol/tunnel-messages.ts';
import type { DropReason } from './drops.ts';
import { controlFrame, readIndex } from './handshake-messages.ts';
import { PacketOpener } from './packet-opener.ts';
import { PacketSealer } from './packet-sealer.ts';
import type { Peer } from './peer.ts';
import { RateGate } from './rate-gate.ts';
import { encodeRecord, isCarriable, parseArrived, parseRecords, type TunnelRecord } from './records.ts';
import type { Session } from './session.ts';
import type { TunnelContext } from './tunnel-context.ts';

const DATA_MAX_BYTES = LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value + DATA_OVERHEAD_BYTES;
const INDEX_AT = 1;

export class DataPath {
  readonly #context: TunnelContext;
  readonly #sealer = new PacketSealer();
  readonly #opener = new PacketOpener();
  /** Of the message being received. */
  readonly #plaintext = new Uint8Array(LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value);
  readonly #hintGate = new RateGate(LIMITS.UNKNOWN_SESSION_EVERY_MS.value);

  constructor(context: TunnelContext) {
    this.#context = context;
  }

  /** Sends what the peer's window lets through, in fair turn with what waits for it already; the rest waits. */
  offer(peer: Peer, session: Session, packets: readonly AdapterPacket[], now: number): void {
    let next = 0;
    if (peer.queue.size === 0) {
      const monotonic = this.#context.monotonic();
      const room = peer.window.size(monotonic) - peer.window.underWay;
      for (let bytes = 0; next < packets.length && bytes < room; next++) bytes += packets[next]?.length ?? 0;
      const direct = next === packets.length ? packets : packets.slice(0, next);
      if (direct.length > 0) this.#send(peer, session, direct, now, next < packets.length);
      if (next === packets.length) return;
    }
    for (const packet of packets.slice(next)) {
      if (isCarriable(packet)) this.#context.drop(peer, 'queue-full', peer.queue.push(packet, now));
      else this.#context.drop(peer, 'malformed-packet');
    }
    this.#pump(peer, session, now);
  }

  /** Sends what waits, as far as the window lets it. */
  #pump(peer: Peer, session: Session, now: number): void {
    const monotonic = this.#context.monotonic();
    const { memory } = this.#context;
    const old = () => this.#context.drop(peer, 'queue-old');
    while (peer.queue.size > 0) {
      const room = peer.window.size(monotonic) - peer.window.underWay;
      const packets: AdapterPacket[] = [];
      for (let bytes = 0; bytes < LIMITS.ADAPTER_BATCH_MAX_BYTES.value; ) {
        const packet = peer.queue.take(now, bytes >= room, old);
        if (packet === undefined) break;
        packets.push(packet);
        bytes += packet.length;
      }
      if (packets.length === 0) break;
      this.#send(peer, session, packets, now, true);
      for (const packet of packets) if (memory.owns(packet)) memory.give(packet);
    }
    peer.waitsSince = peer.queue.size === 0 ? undefined : (peer.waitsSince ?? now);
  }

  /** Seals the packets into as few messages as they fit into. Those that are none are left out and counted. */
  #send(peer: Peer, session: Session, packets: readonly AdapterPacket[], now: number, more: boolean): void {
    const sealed = this.#sealer.seal(session, packets, peer.acknowledgements.take());
    const { remoteIndex, nextCounter } = session;
    peer.window.sent(remoteIndex, nextCounter - 1, sealed.bytes, more, this.#context.monotonic());
    this.#context.drop(peer, 'malformed-packet', packets.length - sealed.packets);
    if (sealed.packets === 0) return;
    peer.traffic.sentPackets += sealed.packets;
    peer.traffic.sentBytes += sealed.bytes;
    peer.lastPacketAt = now;
    peer.awaitsAnswerSince ??= now;
    peer.owesAnswerSince = undefined;
    for (const frame of sealed.frames) this.#context.output.sendFrame(peer.id, frame);
  }

  /** Sends one record that is no packet. */
  sendRecord(peer: Peer, session: Session, type: number, body?: Uint8Array): void {
    this.sendSealed(peer, session, encodeRecord(type, body));
  }

  /** Sends records as they are. */
  sendSealed(peer: Peer, session: Session, records: Uint8Array): void {
    this.#context.output.sendFrame(peer.id, session.seal(records));
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
    this.#pump(peer, session, now);
    if (peer.pending.size > 0) this.offer(peer, session, peer.pending.takeAll(), now);
    else if (session.role === 'initiator') this.sendRecord(peer, session, RECORD.KEEPALIVE);
  }

  /** A DATA message arrived: delivers what is in it, or says why not. */
  receive(id: MachineId, message: Uint8Array, now: number): DropReason | undefined {
    if (message.length < DATA_OVERHEAD_BYTES || message.length > DATA_MAX_BYTES) return 'malformed-message';
    const peer = this.#context.peers.get(id);
    const index = readIndex(message, INDEX_AT);
    const session = peer?.slots.byLocalIndex(index);
    if (peer === undefined || session === undefined) return this.#refuseSession(id, peer, index, now);
    const plaintext = session.open(message, now, this.#plaintext);
    if (typeof plaintext === 'string') return plaintext;
    peer.heard(now);
    if (peer.slots.proven(session)) {
      peer.abandonInitiation();
      this.opened(peer, session, now);
    }
    const records = parseRecords(plaintext);
    if (records === undefined) return 'malformed-records';
    this.#answerProbes(peer, records, now);
    const packets = this.#opener.open(records, session.grant, (reason) => this.#context.drop(peer, reason));
    if (packets.length > 0) {
      peer.acknowledgements.arrived(session, message.length, now);
      this.#deliver(peer, packets, now);
    }
    this.#learnArrived(peer, records, now);
    return undefined;
  }

  #deliver(peer: Peer, packets: readonly Uint8Array[], now: number): void {
    peer.lastPacketAt = now;
    peer.owesAnswerSince ??= now;
    peer.traffic.receivedPackets += packets.length;
    for (const packet of packets) peer.traffic.receivedBytes += packet.length - OFFLOAD_HEADER_BYTES;
    this.#context.output.deliver(peer.id, packets);
  }

  #learnArrived(peer: Peer, records: readonly TunnelRecord[], now: number): void {
    const record = records.find(({ type }) => type === RECORD.ARRIVED);
    const arrived = record === undefined ? undefined : parseArrived(record.body);
    if (arrived === undefined) return;
    peer.window.arrived(arrived.index, arrived.counter, this.#context.monotonic());
    peer.waitsSince = undefined;
    const session = peer.queue.size > 0 ? peer.sending(now) : undefined;
    if (session !== undefined) this.#pump(peer, session, now);
  }

  #answerProbes(peer: Peer, records: readonly TunnelRecord[], now: number): void {
    for (const { type, body } of records) {
      if (body.length !== PROBE_BYTES) continue;
      const session = type === RECORD.PROBE ? peer.sending(now) : undefined;
      if (session !== undefined) this.sendRecord(peer, session, RECORD.PROBE_REPLY, body);
      if (type === RECORD.PROBE_REPLY) this.#context.output.probeReply(peer.id, new Uint8Array(body));
    }
  }

  /** Data for a session that we do not have: tells the sender, now and then, unless it must not reach us at all. */
  #refuseSession(id: MachineId, peer: Peer | undefined, index: number, now: number): DropReason {
    if (peer?.revoked !== undefined) return 'revoked';
    if (this.#hintGate.pass(id, now)) {
      this.#context.output.sendFrame(id, controlFrame(fromHex(id), TUNNEL_MESSAGE.UNKNOWN_SESSION, [index]));
    }
    return 'unknown-session';
  }
}
