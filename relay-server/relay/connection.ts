/**
 * What the relay's core keeps of one machine's connection, and what it can do to its transport. All of
 * it is bounded: a connection that does nothing costs a few hundred bytes here.
 */
import { fromHex } from '#protocol/encoding.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { MachineKey } from '#protocol/machine-key.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import type { RelayCounters } from './metrics.ts';
import { DestinationQueue } from './queue.ts';

/** What a verified relay ticket says. */
export interface Identity {
  readonly subscription: SubscriptionId;
  readonly machine: MachineId;
  /** Milliseconds of the Unix epoch. */
  readonly expiresAt: number;
}

/** The transport of one connection as the core sees it. No call may call back into the core. */
export interface Outlet {
  /**
   * Sends one binary message; always takes it, and owns it from then on.
   * @returns false when the transport is full now: it then calls `writable` of the core, once, when it takes more.
   */
  send(frame: RoomyMessage): boolean;
  /** Asks for a sign of life of the transport's own kind. */
  ping(): void;
  /** Says good-bye with a WebSocket status after what was sent. */
  close(status: number): void;
  /** Ends a transport that is dead, without a good-bye. */
  terminate(): void;
}

/** WebSocket close statuses (RFC 6455 §7.4.1 and its IANA registry). */
export const CLOSE_STATUS = {
  replaced: 1000,
  malformed: 1007,
  'not-welcome': 1008,
  expired: 1008,
  'over-cap': 1009,
  restarting: 1012,
} as const;
export type CloseReason = keyof typeof CLOSE_STATUS;

const SECOND = 1_000;
/** Somebody who has sent to a machine. */
export interface Sender {
  /** When it last did, to within {@link REMEMBER_EVERY_MS}. */
  at: number;
  /** All that it has sent since it is remembered, frame headers included. */
  bytes: number;
}

/** Sent again within this, a sender need not be remembered anew: saves two table writes for most frames. */
const REMEMBER_EVERY_MS = SECOND;

export class Connection {
  readonly subscription: SubscriptionId;
  readonly machine: MachineId;
  /** The machine id, raw. */
  readonly id: Uint8Array;
  /** The machine id as a key of {@link members}. */
  readonly key: MachineKey;
  readonly outlet: Outlet;
  /** Everybody of the subscription who is connected, and nobody else. */
  readonly members: Map<MachineKey, Connection>;
  expiresAt: number;
  heardAt: number;
  /** When it was last asked for a sign of life; not after `heardAt` when it has given one since. */
  askedAt = Number.NEGATIVE_INFINITY;
  /** False once it left; the core then ignores it. */
  open = true;
  /** The outlet takes no more until it says so. */
  full = false;
  /** A ticket is being verified. */
  verifying = false;
  /** What waits for this machine. */
  queue: DestinationQueue;
  /** Who has sent to this machine, by their keys, the one silent longest first. */
  senders = new Map<MachineKey, Sender>();
  /** Where its last frame went; may have left since. */
  lastDestination: Connection | undefined;
  /** Absent peers this machine was told of, by key, oldest first. */
  readonly #told = new Map<MachineKey, number>();
  #repliesSince = Number.NEGATIVE_INFINITY;
  #replies = 0;
  #limitNoticeAt = Number.NEGATIVE_INFINITY;

  constructor(
    identity: Identity,
    key: MachineKey,
    outlet: Outlet,
    members: Map<MachineKey, Connection>,
    counters: RelayCounters,
    now: number,
  ) {
    this.subscription = identity.subscription;
    this.machine = identity.machine;
    this.id = fromHex(identity.machine);
    this.key = key;
    this.outlet = outlet;
    this.members = members;
    this.expiresAt = identity.expiresAt;
    this.heardAt = now;
    this.queue = new DestinationQueue(counters);
  }

  /** Takes over what waited for the machine's earlier connection, and who has sent to it. */
  succeed(previous: Connection): void {
    this.queue = previous.queue;
    this.senders = previous.senders;
  }

  /** Notes that `source` sent so much to this machine; when too many have, the one silent longest is forgotten. */
  remember(source: Connection, bytes: number, now: number): void {
    const sender = this.senders.get(source.key) ?? { at: Number.NEGATIVE_INFINITY, bytes: 0 };
    sender.bytes += bytes;
    if (now - sender.at < REMEMBER_EVERY_MS) return;
    sender.at = now;
    this.senders.delete(source.key);
    this.senders.set(source.key, sender);
    if (this.senders.size > LIMITS.RELAY_SOURCES_PER_DESTINATION.value) deleteOldest(this.senders);
  }

  /** Whether another answer is within RELAY_REPLIES_PER_SECOND; counts it. */
  mayReply(now: number): boolean {
    if (now - this.#repliesSince >= SECOND) {
      this.#repliesSince = now;
      this.#replies = 0;
    }
    return ++this.#replies <= LIMITS.RELAY_REPLIES_PER_SECOND.value;
  }

  mayNotifyLimit(now: number): boolean {
    if (now - this.#limitNoticeAt < SECOND) return false;
    this.#limitNoticeAt = now;
    return true;
  }

  wasToldAbsent(peer: MachineKey, now: number): boolean {
    const toldAt = this.#told.get(peer);
    return toldAt !== undefined && now - toldAt < LIMITS.RELAY_PEER_GONE_INTERVAL_MS.value;
  }

  /** Only as many are kept as can be told within the interval, so forgetting one lets nothing through. */
  toldAbsent(peer: MachineKey, now: number): void {
    this.#told.delete(peer);
    this.#told.set(peer, now);
    if (this.#told.size > LIMITS.RELAY_REPLIES_PER_SECOND.value) deleteOldest(this.#told);
  }
}

function deleteOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
