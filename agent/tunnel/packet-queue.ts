/**
 * Packets that wait because a peer's window is shut: a fair queue over the connections inside the tunnel
 * (FQ-CoDel's scheduler, RFC 8290 §4.2, without its CoDel). Connections take turns by bytes, and one that
 * has sent little of late goes first, so that a keystroke passes a backup. Bounded by bytes and by age; the
 * oldest of the connection that holds most is dropped. Knows no window and no session.
 */
import type { AdapterPacket } from '#native/adapter.ts';
import { flowKey } from '#native/packets.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';

/** What one connection may send in its turn. */
const QUANTUM = LIMITS.FLOW_QUANTUM_BYTES.value;

interface Flow {
  readonly key: number;
  packets: Waiting[];
  head: number;
  bytes: number;
  deficit: number;
}

interface Waiting {
  readonly packet: AdapterPacket;
  readonly since: number;
}

/** What several queues hold together, each packet charged with its overhead. */
export interface QueuedBytes {
  bytes: number;
}

export class PacketQueue {
  readonly #flows = new Map<number, Flow>();
  /** Those that have sent little of late; each once, in one of the two lists. */
  #fresh: Flow[] = [];
  #busy: Flow[] = [];
  #bytes = 0;
  #packets = 0;
  readonly #memory: FrameMemory;
  readonly #total: QueuedBytes;

  /** @param total of all queues together; this one adds itself */
  constructor(memory: FrameMemory, total: QueuedBytes) {
    this.#memory = memory;
    this.#total = total;
  }

  get size(): number {
    return this.#packets;
  }

  /** Each packet charged with its overhead; never over PEER_QUEUE_MAX_BYTES. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Copies the packet in.
   * @returns how many older ones were dropped for it
   */
  push(packet: AdapterPacket, now: number): number {
    const key = flowKey(packet, OFFLOAD_HEADER_BYTES);
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      flow = { key, packets: [], head: 0, bytes: 0, deficit: QUANTUM };
      this.#flows.set(key, flow);
      this.#fresh.push(flow);
    }
    const copy = this.#memory.take(packet.length);
    copy.set(packet);
    flow.packets.push({ packet: copy, since: now });
    flow.bytes += costOf(packet);
    this.#count(costOf(packet));
    this.#packets++;
    let dropped = 0;
    while (this.#bytes > LIMITS.PEER_QUEUE_MAX_BYTES.value) {
      this.dropOldest();
      dropped++;
    }
    return dropped;
  }

  /**
   * The next packet in fair turn. Its bytes are the caller's, who gives the memory back.
   * @param onlyUrgent when the window is shut: only a small packet of a connection that has sent little of late
   * @param dropped told of each that is too old
   */
  take(now: number, onlyUrgent: boolean, dropped: () => void): AdapterPacket | undefined {
    for (;;) {
      const fresh = this.#fresh[0];
      const flow = fresh ?? (onlyUrgent ? undefined : this.#busy[0]);
      if (flow === undefined) return undefined;
      this.#expire(flow, now, dropped);
      const next = flow.packets[flow.head];
      if (next === undefined) {
        this.#emptied(flow, fresh !== undefined);
      } else if (flow.deficit <= 0 || (onlyUrgent && next.packet.length > LIMITS.URGENT_PACKET_MAX_BYTES.value)) {
        this.#turnOver(flow, fresh !== undefined);
      } else {
        flow.deficit -= next.packet.length;
        this.#remove(flow);
        return next.packet;
      }
    }
  }

  /** Drops the oldest packet of the connection that holds the most. */
  dropOldest(): void {
    this.#drop(this.#heaviest());
  }

  /** Drops everything. @returns how many packets that were */
  clear(): number {
    const count = this.#packets;
    this.#flows.clear();
    this.#fresh = [];
    this.#busy = [];
    this.#count(-this.#bytes);
    this.#packets = 0;
    return count;
  }

  /** A fresh one that ran empty takes one more turn among the busy, lest it be fresh again at once. */
  #emptied(flow: Flow, fresh: boolean): void {
    if (fresh && this.#busy.length > 0) {
      this.#turnOver(flow, true);
      return;
    }
    (fresh ? this.#fresh : this.#busy).shift();
    this.#flows.delete(flow.key);
  }

  /** Its turn is over: behind the busy ones. */
  #turnOver(flow: Flow, fresh: boolean): void {
    (fresh ? this.#fresh : this.#busy).shift();
    if (flow.deficit <= 0) flow.deficit += QUANTUM;
    this.#busy.push(flow);
  }

  #expire(flow: Flow, now: number, dropped: () => void): void {
    const oldest = now - LIMITS.PEER_QUEUE_MAX_AGE_MS.value;
    for (let next = flow.packets[flow.head]; next !== undefined && next.since < oldest; ) {
      this.#drop(flow);
      dropped();
      next = flow.packets[flow.head];
    }
  }

  #remove(flow: Flow | undefined): AdapterPacket | undefined {
    const first = flow?.packets[flow.head];
    if (flow === undefined || first === undefined) return undefined;
    flow.head++;
    flow.bytes -= costOf(first.packet);
    this.#count(-costOf(first.packet));
    this.#packets--;
    if (flow.head === flow.packets.length) {
      flow.packets = [];
      flow.head = 0;
    } else if (flow.head >= 64) {
      flow.packets.splice(0, flow.head);
      flow.head = 0;
    }
    return first.packet;
  }

  #drop(flow: Flow | undefined): void {
    const packet = this.#remove(flow);
    if (packet !== undefined && this.#memory.owns(packet)) this.#memory.give(packet);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#total.bytes += bytes;
  }

  #heaviest(): Flow | undefined {
    let heaviest: Flow | undefined;
    for (const flow of this.#flows.values()) {
      if (heaviest === undefined || flow.bytes > heaviest.bytes) heaviest = flow;
    }
    return heaviest;
  }
}

function costOf(packet: AdapterPacket): number {
  return packet.length + LIMITS.QUEUED_PACKET_OVERHEAD_BYTES.value;
}
