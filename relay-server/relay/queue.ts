/**
 * What waits for one destination whose socket is full: bounded by bytes and by age, with fair turns
 * between the sources (deficit round robin by bytes: Shreedhar and Varghese, SIGCOMM 1995). It drops the
 * oldest, because TCP inside the tunnel learns of congestion soonest from a gap at the head, and of the
 * source that holds the most, so that a heavy sender never pushes out a light one. Knows nothing of
 * sockets or of what the frames say.
 */
import { LIMITS } from '#protocol/limits.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import { count, type DropReason, type RelayCounters, uncount } from './metrics.ts';

/** In each turn a source may send this much, so that every turn moves at least one frame of any size. */
const QUANTUM = LIMITS.RELAY_FRAME_MAX_BYTES.value + LIMITS.RELAY_QUEUE_FRAME_OVERHEAD_BYTES.value;

interface Waiting {
  readonly frame: RoomyMessage;
  /** Milliseconds, by the clock of the caller. */
  readonly since: number;
  next: Waiting | undefined;
}

/** The frames of one source, oldest first. */
interface Flow {
  readonly source: string;
  head: Waiting | undefined;
  tail: Waiting | undefined;
  /** Bytes with overhead. */
  cost: number;
  /** What this source may still send in its turn. */
  deficit: number;
}

export class DestinationQueue {
  readonly #counters: RelayCounters;
  /** Iterates in the order of the turns: whoever has had its turn is put behind the others. */
  readonly #flows = new Map<string, Flow>();
  #cost = 0;

  constructor(counters: RelayCounters) {
    this.#counters = counters;
  }

  get empty(): boolean {
    return this.#flows.size === 0;
  }

  /** Bytes that wait, each frame charged with its overhead; never over RELAY_QUEUE_MAX_BYTES. */
  get cost(): number {
    return this.#cost;
  }

  /** Since when the frame that waits longest has waited; undefined when none waits. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { head } of this.#flows.values()) {
      if (head !== undefined && (oldest === undefined || head.since < oldest)) oldest = head.since;
    }
    return oldest;
  }

  /** Takes `frame` over, or drops it or older ones to keep the bounds. */
  push(source: string, frame: RoomyMessage, now: number): void {
    let flow = this.#flows.get(source);
    if (flow === undefined) {
      if (this.#flows.size >= LIMITS.RELAY_SOURCES_PER_DESTINATION.value) {
        this.#counters.drop('too-many-sources', frame.length);
        return;
      }
      flow = { source, head: undefined, tail: undefined, cost: 0, deficit: QUANTUM };
      this.#flows.set(source, flow);
    }
    const waiting: Waiting = { frame: unpinned(frame), since: now, next: undefined };
    if (flow.tail === undefined) flow.head = waiting;
    else flow.tail.next = waiting;
    flow.tail = waiting;
    const cost = costOf(frame);
    flow.cost += cost;
    this.#cost += cost;
    count(this.#counters.queued, frame.length);
    while (this.#cost > LIMITS.RELAY_QUEUE_MAX_BYTES.value) this.#dropOldest(this.#heaviest(), 'queue-full');
  }

  /** The next frame in fair turn that is not too old, or undefined when none waits. */
  take(now: number): RoomyMessage | undefined {
    for (const flow of this.#flows.values()) {
      this.#expireFlow(flow, now);
      if (flow.head === undefined) continue;
      if (flow.deficit < costOf(flow.head.frame)) {
        flow.deficit += QUANTUM;
        this.#flows.delete(flow.source);
        this.#flows.set(flow.source, flow);
        continue;
      }
      flow.deficit -= costOf(flow.head.frame);
      return this.#remove(flow);
    }
    return undefined;
  }

  /** Drops what is too old, also where nobody takes. */
  expire(now: number): void {
    for (const flow of this.#flows.values()) this.#expireFlow(flow, now);
  }

  /** Drops everything. */
  clear(reason: DropReason): void {
    for (const flow of this.#flows.values()) while (flow.head !== undefined) this.#dropOldest(flow, reason);
  }

  #expireFlow(flow: Flow, now: number): void {
    const oldest = now - LIMITS.RELAY_QUEUE_MAX_AGE_MS.value;
    while (flow.head !== undefined && flow.head.since < oldest) this.#dropOldest(flow, 'too-old');
  }

  #dropOldest(flow: Flow | undefined, reason: DropReason): void {
    const frame = flow === undefined ? undefined : this.#remove(flow);
    if (frame !== undefined) this.#counters.drop(reason, frame.length);
  }

  #remove(flow: Flow): RoomyMessage | undefined {
    const waiting = flow.head;
    if (waiting === undefined) return undefined;
    flow.head = waiting.next;
    if (flow.head === undefined) this.#flows.delete(flow.source);
    const cost = costOf(waiting.frame);
    flow.cost -= cost;
    this.#cost -= cost;
    uncount(this.#counters.queued, waiting.frame.length);
    return waiting.frame;
  }

  #heaviest(): Flow | undefined {
    let heaviest: Flow | undefined;
    for (const flow of this.#flows.values()) {
      if (heaviest === undefined || flow.cost > heaviest.cost) heaviest = flow;
    }
    return heaviest;
  }
}

function costOf(frame: Uint8Array): number {
  return frame.length + LIMITS.RELAY_QUEUE_FRAME_OVERHEAD_BYTES.value;
}

/**
 * A small frame is a view into the TLS record it came in and keeps all of that alive; what waits must
 * cost no more than it is charged, so such a frame is copied.
 */
function unpinned(frame: RoomyMessage): RoomyMessage {
  return frame.buffer.byteLength > 2 * frame.length ? copyWithRoom(frame) : frame;
}
