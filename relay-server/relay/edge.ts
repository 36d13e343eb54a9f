/**
 * The relay on the network: takes WebSocket logins from an HTTPS server, verifies their tickets before it
 * accepts them, and ties each socket to the core. It must not know the store or the control plane, nor any
 * key other than the public one that verifies tickets.
 *
 * When nobody is connected nothing here runs, not even a timer; else one timer serves all connections.
 */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CryptoKey } from 'jose';
import { connectionId } from '#protocol/connection-id.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { RELAY_PATH, RELAY_SUBPROTOCOL } from '#protocol/frames.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { engineCollector, Scavenger } from '#runtime/collector.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { lineOf } from '../line.ts';
import { refuseUpgrade } from '../refuse-upgrade.ts';
import { Admission } from './admission.ts';
import type { Connection, Identity } from './connection.ts';
import { type PairCount, type PresenceListener, RelayCore } from './core.ts';
import { MachineSocket, type SocketSurroundings } from './machine-socket.ts';
import type { RelayMetrics } from './metrics.ts';
import { SharedReading } from './shared-reading.ts';
import { Tidying } from './tidying.ts';
import { acceptUpgrade, upgradeFault } from './upgrade.ts';
import { WriteTurn } from './write-turn.ts';

/** The part of a pino logger that a relay uses. */
export interface RelayLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface RelayOptions {
  /** Ed25519 public key of the control plane, verifies relay tickets. */
  readonly ticketKey: CryptoKey;
  /** Milliseconds of the Unix epoch. */
  readonly now: () => number;
  readonly logger: RelayLogger;
  readonly onPresence?: PresenceListener;
  /** How often silent, expired and dead connections are looked for, milliseconds. */
  readonly sweepEveryMs?: number;
}

export interface Relay extends AsyncDisposable {
  /**
   * Takes an `upgrade` event of the HTTPS server.
   * @returns false when the request is for another path; it is then untouched.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Closes the machine's connection and refuses the tickets it was given so far. */
  drop(subscription: SubscriptionId, machine: MachineId): void;
  connected(subscription: SubscriptionId, machine: MachineId): boolean;
  stats(): RelayMetrics;
  /** What has passed between the machines of a subscription, of senders that are remembered. */
  pairs(subscription: SubscriptionId): PairCount[];
  /** How long the frame that waits longest has waited, milliseconds. */
  queueAgeMs(): number;
  /** Tells everybody that the relay restarts, waits briefly for the good-byes, and ends the rest. Idempotent. */
  close(): Promise<void>;
}

export function attachRelay(options: RelayOptions): Relay {
  return new RelayEdge(options);
}

class RelayEdge implements Relay {
  readonly #options: RelayOptions;
  readonly #core: RelayCore;
  readonly #admission: Admission;
  readonly #surroundings: SocketSurroundings;
  readonly #tidying: Tidying;
  readonly #sockets = new Set<MachineSocket>();
  #sweeping: NodeJS.Timeout | undefined;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
    const collector = engineCollector();
    const scavenger = new Scavenger(collector);
    const fresh = (bytes: number) => scavenger.moved(bytes);
    const memory = new FrameMemory(fresh);
    this.#surroundings = { memory, turn: new WriteTurn(), reading: new SharedReading(), fresh };
    this.#tidying = new Tidying(collector);
    this.#core = new RelayCore({
      onPresence: options.onPresence ?? (() => {}),
      onTicket: (connection, ticket) => this.#renew(connection, ticket),
    });
    this.#admission = new Admission(options.ticketKey, options.now);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (pathOf(request) !== RELAY_PATH) return false;
    const destroy = () => socket.destroy();
    socket.on('error', destroy);
    this.#login(request, socket).then(
      (identity) => {
        socket.off('error', destroy);
        if (this.#closed !== undefined) return destroy();
        acceptUpgrade(request, socket, RELAY_SUBPROTOCOL);
        this.#accept(socket, head, identity, connectionId(request.headers['sec-websocket-key'] ?? ''));
      },
      (error: unknown) => this.#refuse(socket, error),
    );
    return true;
  }

  drop(subscription: SubscriptionId, machine: MachineId): void {
    this.#admission.cutOff(subscription, machine);
    this.#core.drop(subscription, machine, this.#options.now());
  }

  connected(subscription: SubscriptionId, machine: MachineId): boolean {
    return this.#core.find(subscription, machine) !== undefined;
  }

  stats(): RelayMetrics {
    return this.#core.metrics();
  }

  pairs(subscription: SubscriptionId): PairCount[] {
    return this.#core.pairs(subscription);
  }

  queueAgeMs(): number {
    return this.#core.queueAgeMs(this.#options.now());
  }

  close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed.promise;
    const closed = Promise.withResolvers<void>();
    this.#closed = closed;
    clearInterval(this.#sweeping);
    this.#core.shutDown();
    if (this.#sockets.size === 0) closed.resolve();
    const grace = setTimeout(() => {
      for (const socket of this.#sockets) socket.terminate();
    }, LIMITS.RELAY_CLOSE_GRACE_MS.value);
    return closed.promise.finally(() => clearTimeout(grace));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #login(request: IncomingMessage, socket: Duplex): Promise<Identity> {
    const fault = upgradeFault(request);
    if (fault !== null) throw new CausewayError('REQUEST_MALFORMED', { issue: fault });
    const offered = request.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    if (!offered.includes(RELAY_SUBPROTOCOL)) {
      throw new CausewayError('REQUEST_MALFORMED', { issue: `the subprotocol ${RELAY_SUBPROTOCOL} is not offered` });
    }
    const address = socket instanceof Socket ? lineOf(socket.remoteAddress ?? '') : '';
    return await this.#admission.admit(request.headers.authorization, address);
  }

  #accept(duplex: Duplex, head: Buffer, identity: Identity, id: string): void {
    const { now, logger } = this.#options;
    const { subscription, machine } = identity;
    const socket = new MachineSocket(duplex, head, this.#surroundings, {
      onMessage: (frame) => this.#core.receive(connection, frame, now()),
      onAlive: () => this.#core.heard(connection, now()),
      onWritable: () => {
        this.#core.heard(connection, now());
        this.#core.writable(connection, now());
      },
      onViolation: (what) => {
        logger.debug({ subscription, machine, connection: id, what }, 'relay connection broke the protocol');
        if (what === 'over-cap') this.#core.overCap(connection, now());
        else this.#core.malformed(connection, now());
      },
      onClose: () => {
        this.#sockets.delete(socket);
        this.#core.disconnect(connection, now());
        logger.debug({ subscription, machine, connection: id }, 'relay connection closed');
        if (this.#sockets.size === 0) this.#closed?.resolve();
      },
    });
    this.#sockets.add(socket);
    const connection = this.#core.connect(identity, socket, now());
    this.#sweeping ??= setInterval(this.#sweep, this.#options.sweepEveryMs ?? LIMITS.PING_TIMEOUT_MS.value).unref();
    logger.debug({ subscription, machine, connection: id }, 'relay connection opened');
  }

  #renew(connection: Connection, ticket: string): void {
    this.#admission.renew(ticket, connection).then(
      (expiresAt) => this.#core.extend(connection, expiresAt),
      (error: unknown) => {
        this.#core.ticketRefused(connection);
        if (!isRefusal(error)) this.#options.logger.warn({ error }, 'a relay ticket could not be verified');
      },
    );
  }

  readonly #sweep = (): void => {
    this.#core.sweep(this.#options.now());
    this.#tidying.look(this.#core.counters.accepted, this.#core.counters.in.frames);
    if (this.#sockets.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  };

  #refuse(socket: Duplex, error: unknown): void {
    if (!isRefusal(error)) this.#options.logger.warn({ error }, 'a relay login failed');
    if (isRefusal(error, 'TICKET_REFUSED')) this.#core.counters.refused.ticket++;
    if (isRefusal(error, 'RATE_LIMITED')) this.#core.counters.refused.rate++;
    const refusal = isRefusal(error) ? error : new CausewayError('INTERNAL', { issue: 'a relay login failed' });
    refuseUpgrade(socket, refusal);
  }
}

function pathOf(request: IncomingMessage): string | undefined {
  return request.url?.split('?', 1)[0];
}
