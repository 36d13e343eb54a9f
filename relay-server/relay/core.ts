/**
 * The forwarding of a relay, without any I/O: who is connected, which frame goes where, what happens
 * when it can not. `(frame, now) → calls on outlets`, the same whether those are sockets or arrays.
 * It sees ids and sizes; it holds no key and must never look into a payload.
 *
 * Back-pressure: a frame goes straight to the destination's outlet while that takes more; else it waits
 * in the destination's own bounded queue. Reading from a source never pauses: a source has one connection
 * for all its peers, so a pause would let one slow peer stall the rest. TCP inside the tunnel slows down
 * by the drops at the head of the queue, and usually before, by the receive window of the endpoints.
 *
 * A subscription is a table of its own and a connection holds only its subscription's table, so machines
 * of different subscriptions can not meet, whatever their ids.
 */
import { toHex } from '#protocol/encoding.ts';
import { isRefusal } from '#protocol/errors.ts';
import {
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FRAME_TYPE,
  type Frame,
  type GoneReason,
  type NoticeCode,
  PEER_AT,
  writeDataHeader,
} from '#protocol/frames.ts';
import { ID_BYTES, type MachineId, type SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type MachineKey, machineKey, machineKeyOf, machineOf } from '#protocol/machine-key.ts';
import { copyWithRoom, type RoomyMessage } from '#protocol/websocket.ts';
import { CLOSE_STATUS, type CloseReason, Connection, type Identity, type Outlet } from './connection.ts';
import { count, RelayCounters, type RelayMetrics } from './metrics.ts';

/** What one machine has sent to another since the latter connected, and when the last of it. */
export interface PairCount {
  readonly from: MachineId;
  readonly to: MachineId;
  readonly bytes: number;
  readonly at: number;
}

/** `connected` is false when the machine's last connection is gone; a replacement is no change. */
export type PresenceListener = (subscription: SubscriptionId, machine: MachineId, connected: boolean) => void;

export interface CoreHooks {
  readonly onPresence: PresenceListener;
  /** A TICKET frame: verify it, then call `extend` or `ticketRefused`. None other comes before that. */
  readonly onTicket: (connection: Connection, ticket: string) => void;
}

/** How long after a frame its sender is told of the destination's disconnect: as long as a tunnel session lives. */
const SENDER_REMEMBERED_MS = LIMITS.REJECT_AFTER_MS.value;

export class RelayCore {
  readonly counters = new RelayCounters();
  readonly #subscriptions = new Map<SubscriptionId, Map<MachineKey, Connection>>();
  readonly #hooks: CoreHooks;

  constructor(hooks: CoreHooks) {
    this.#hooks = hooks;
  }

  /** Adds a machine whose ticket was verified. An earlier connection of it gets NOTICE REPLACED and is closed. */
  connect(identity: Identity, outlet: Outlet, now: number): Connection {
    const members = this.#membersOf(identity.subscription);
    const key = machineKeyOf(identity.machine);
    const previous = members.get(key);
    const connection = new Connection(identity, key, outlet, members, this.counters, now);
    members.set(key, connection);
    this.counters.accepted++;
    this.counters.connections++;
    if (previous === undefined) {
      this.#hooks.onPresence(identity.subscription, identity.machine, true);
    } else {
      this.#replace(previous, connection);
      this.writable(connection, now);
    }
    return connection;
  }

  /** One binary message from `connection`. The core owns `frame` from here on and may write into it. */
  receive(connection: Connection, frame: RoomyMessage, now: number): void {
    if (!connection.open) return;
    connection.heardAt = now;
    if (frame.length > LIMITS.RELAY_FRAME_MAX_BYTES.value) this.overCap(connection, now);
    else if (frame[0] === FRAME_TYPE.DATA && frame.length > FRAME_HEADER_BYTES) this.#forward(connection, frame, now);
    else this.#answer(connection, frame, now);
  }

  /** Something else came from the machine (a WebSocket pong), or its socket took more: it lives. */
  heard(connection: Connection, now: number): void {
    connection.heardAt = now;
  }

  /** The outlet, full before, takes more: sends what waits, in fair turns. */
  writable(connection: Connection, now: number): void {
    if (!connection.open) return;
    connection.full = false;
    while (!connection.full) {
      const frame = connection.queue.take(now);
      if (frame === undefined) return;
      this.#send(connection, frame);
    }
  }

  /** A ticket of this very machine was verified: the connection may stay until `expiresAt`. */
  extend(connection: Connection, expiresAt: number): void {
    connection.verifying = false;
    connection.expiresAt = Math.max(connection.expiresAt, expiresAt);
  }

  /** The ticket of the last TICKET frame did not verify; the connection stays until its own one ends. */
  ticketRefused(connection: Connection): void {
    connection.verifying = false;
    this.counters.refused.ticket++;
  }

  /** The transport is gone. Tells the machines that sent to this one of late. Idempotent. */
  disconnect(connection: Connection, now: number): void {
    if (!connection.open) return;
    this.#forget(connection);
    const since = now - SENDER_REMEMBERED_MS;
    for (const [key, { at }] of connection.senders) {
      const sender = connection.members.get(key);
      if (sender !== undefined && at >= since) this.#tellGone(sender, connection.machine, 'DISCONNECTED');
    }
  }

  /** Closes the connection of a machine that may no longer be here. Returns whether there was one. */
  drop(subscription: SubscriptionId, machine: MachineId, now: number): boolean {
    const connection = this.find(subscription, machine);
    if (connection !== undefined) this.#close(connection, 'not-welcome', now);
    return connection !== undefined;
  }

  /** The transport refused a message before it was read whole (its own cap). */
  overCap(connection: Connection, now: number): void {
    this.counters.refused['over-cap']++;
    this.#close(connection, 'over-cap', now);
  }

  malformed(connection: Connection, now: number): void {
    this.counters.refused.malformed++;
    this.#close(connection, 'malformed', now);
  }

  /**
   * To be called every few seconds while anybody is connected: ends expired tickets and dead transports,
   * pings silent machines, frees what waits too long or has left.
   */
  sweep(now: number): void {
    for (const connection of this.#all()) {
      connection.queue.expire(now);
      // What has left would be held in memory until the next frame goes elsewhere.
      if (connection.lastDestination?.open === false) connection.lastDestination = undefined;
      if (connection.expiresAt <= now) {
        this.#notice(connection, 'TICKET_EXPIRED');
        this.#close(connection, 'expired', now);
      } else if (connection.askedAt <= connection.heardAt) {
        if (now - connection.heardAt < LIMITS.PING_INTERVAL_MS.value) continue;
        connection.askedAt = now;
        connection.outlet.ping();
      } else if (now - connection.askedAt >= LIMITS.PING_TIMEOUT_MS.value) {
        connection.outlet.terminate();
        this.disconnect(connection, now);
      }
    }
  }

  /** Tells everybody that the relay restarts, and closes. */
  shutDown(): void {
    for (const connection of this.#all()) {
      this.#notice(connection, 'RESTARTING');
      this.#forget(connection);
      connection.outlet.close(CLOSE_STATUS.restarting);
    }
  }

  find(subscription: SubscriptionId, machine: MachineId): Connection | undefined {
    return this.#subscriptions.get(subscription)?.get(machineKeyOf(machine));
  }

  /** What has passed between the machines of a subscription, of senders that are remembered. */
  pairs(subscription: SubscriptionId): PairCount[] {
    const pairs: PairCount[] = [];
    for (const { machine, senders } of this.#subscriptions.get(subscription)?.values() ?? []) {
      for (const [key, { at, bytes }] of senders) pairs.push({ from: machineOf(key), to: machine, bytes, at });
    }
    return pairs;
  }

  /** How long the frame that waits longest has waited; 0 when none waits. */
  queueAgeMs(now: number): number {
    let oldest = now;
    for (const { queue } of this.#all()) oldest = Math.min(oldest, queue.oldest ?? now);
    return now - oldest;
  }

  metrics(): RelayMetrics {
    return this.counters.snapshot();
  }

  #forward(source: Connection, frame: RoomyMessage, now: number): void {
    count(this.counters.in, frame.length);
    const destination = destinationOf(source, frame);
    if (destination === undefined) {
      this.counters.drop('not-connected', frame.length);
      const key = machineKey(frame, PEER_AT);
      this.#reportAbsent(source, key, toHex(frame.subarray(PEER_AT, FRAME_HEADER_BYTES)) as MachineId, now);
      return;
    }
    destination.remember(source, frame.length, now);
    writeDataHeader(frame, source.id);
    if (destination.full || !destination.queue.empty) destination.queue.push(source.key, frame, now);
    else this.#send(destination, frame);
  }

  #answer(connection: Connection, bytes: Uint8Array, now: number): void {
    const frame = decoded(bytes);
    if (frame === undefined) {
      this.malformed(connection, now);
    } else if (frame.type === 'ping') {
      if (connection.mayReply(now)) connection.outlet.send(encoded({ type: 'pong', payload: frame.payload }));
      else this.#limited(connection, now);
    } else if (frame.type === 'ticket') {
      if (connection.verifying) {
        this.#limited(connection, now);
      } else {
        connection.verifying = true;
        this.#hooks.onTicket(connection, frame.ticket);
      }
    } else if (frame.type !== 'pong') {
      this.counters.refused['unknown-type']++;
    }
  }

  #reportAbsent(source: Connection, key: MachineKey, peer: MachineId, now: number): void {
    if (source.wasToldAbsent(key, now)) return;
    if (source.mayReply(now)) {
      source.toldAbsent(key, now);
      this.#tellGone(source, peer, 'NOT_CONNECTED');
    } else {
      this.#limited(source, now);
    }
  }

  #limited(connection: Connection, now: number): void {
    this.counters.refused.rate++;
    if (connection.mayNotifyLimit(now)) this.#notice(connection, 'RATE_LIMITED');
  }

  #tellGone(connection: Connection, peer: MachineId, reason: GoneReason): void {
    connection.outlet.send(encoded({ type: 'peer-gone', peer, reason }));
  }

  #notice(connection: Connection, code: NoticeCode): void {
    connection.outlet.send(encoded({ type: 'notice', code }));
  }

  #send(destination: Connection, frame: RoomyMessage): void {
    count(this.counters.out, frame.length);
    destination.full = !destination.outlet.send(frame);
  }

  #close(connection: Connection, reason: CloseReason, now: number): void {
    if (!connection.open) return;
    connection.outlet.close(CLOSE_STATUS[reason]);
    this.disconnect(connection, now);
  }

  #replace(previous: Connection, successor: Connection): void {
    successor.succeed(previous);
    previous.open = false;
    this.counters.connections--;
    this.#notice(previous, 'REPLACED');
    previous.outlet.close(CLOSE_STATUS.replaced);
  }

  #forget(connection: Connection): void {
    connection.open = false;
    connection.queue.clear('disconnected');
    this.counters.connections--;
    connection.members.delete(connection.key);
    if (connection.members.size === 0) this.#subscriptions.delete(connection.subscription);
    this.#hooks.onPresence(connection.subscription, connection.machine, false);
  }

  #membersOf(subscription: SubscriptionId): Map<MachineKey, Connection> {
    let members = this.#subscriptions.get(subscription);
    if (members === undefined) {
      members = new Map();
      this.#subscriptions.set(subscription, members);
    }
    return members;
  }

  *#all(): Generator<Connection> {
    for (const members of this.#subscriptions.values()) yield* members.values();
  }
}

/** Most frames go where the one before went, and comparing 16 bytes takes a fifth of the time of a look-up. */
function destinationOf(source: Connection, frame: Uint8Array): Connection | undefined {
  const last = source.lastDestination;
  if (last?.open === true && isFor(last, frame)) return last;
  source.lastDestination = source.members.get(machineKey(frame, PEER_AT));
  return source.lastDestination;
}

function isFor({ id }: Connection, frame: Uint8Array): boolean {
  for (let at = 0; at < ID_BYTES; at++) if (frame[PEER_AT + at] !== id[at]) return false;
  return true;
}

function encoded(frame: Frame): RoomyMessage {
  return copyWithRoom(encodeFrame(frame));
}

/** Undefined when the frame is malformed. */
function decoded(bytes: Uint8Array): ReturnType<typeof decodeFrame> | undefined {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    if (isRefusal(error, 'FRAME_MALFORMED')) return undefined;
    throw error;
  }
}
