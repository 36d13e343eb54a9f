/**
 * DATA messages of all peers, as they arrive: opens them, checks what is in them and hands it on. Needs a
 * session to be there; making one is the handshakes' business.
 */
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
import type { Peer } from './peer.ts';
import { RateGate } from './rate-gate.ts';
import { parseArrived, parseRecords, type TunnelRecord } from './records.ts';
import type { SendPath } from './send-path.ts';
import type { TunnelContext } from './tunnel-context.ts';

const DATA_MAX_BYTES = LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value + DATA_OVERHEAD_BYTES;
const INDEX_AT = 1;

export class ReceivePath {
  readonly #context: TunnelContext;
  readonly #sending: SendPath;
  readonly #opener = new PacketOpener();
  /** Of the message being received. */
  readonly #plaintext = new Uint8Array(LIMITS.TUNNEL_PLAINTEXT_MAX_BYTES.value);
  readonly #hintGate = new RateGate(LIMITS.UNKNOWN_SESSION_EVERY_MS.value);

  constructor(context: TunnelContext, sending: SendPath) {
    this.#context = context;
    this.#sending = sending;
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
      this.#sending.opened(peer, session, now);
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
    if (session !== undefined) this.#sending.resume(peer, session, now);
  }

  #answerProbes(peer: Peer, records: readonly TunnelRecord[], now: number): void {
    for (const { type, body } of records) {
      if (body.length !== PROBE_BYTES) continue;
      const session = type === RECORD.PROBE ? peer.sending(now) : undefined;
      if (session !== undefined) this.#sending.sendRecord(peer, session, RECORD.PROBE_REPLY, body);
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
