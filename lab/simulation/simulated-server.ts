/**
 * The relay server without sockets: the real control plane on a real SQLite file, the real relay core and
 * its admission, on simulated time. Can be killed: what is in memory is gone, what stands in the file is what
 * the next one begins with.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CryptoKey } from 'jose';
import { pino } from 'pino';
import type { ServerMessage } from '#protocol/control-messages.ts';
import type { ServerPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { copyWithRoom } from '#protocol/websocket.ts';
import type { Clock } from '#relay-server/clock.ts';
import type { AdministrationContext } from '#relay-server/control/context.ts';
import { ControlPlane } from '#relay-server/control/control-plane.ts';
import { Admission } from '#relay-server/relay/admission.ts';
import type { Connection, Identity, Outlet } from '#relay-server/relay/connection.ts';
import { RelayCore } from '#relay-server/relay/core.ts';
import { openSqliteStore } from '#relay-server/store/sqlite.ts';
import type { GrantKey } from '#relay-server/tls/grant-key.ts';
import type { SeededRandom } from '../population/seeded-random.ts';
import type { End } from './simulated-network.ts';
import type { SimulatedTime } from './simulated-time.ts';

/** As relay-server/control/edge.ts: a connection silent for longer is gone without having said so. */
const CONTROL_SWEEP_MS = 60_000;
const NORMAL = 1000;
const RESTARTING = 1012;
const ADMINISTRATOR = { kind: 'person', id: 'simulated', name: 'the simulation', address: '' } as const;

export interface ServerSurroundings {
  readonly time: SimulatedTime;
  readonly random: SeededRandom;
  readonly grantKey: GrantKey;
  readonly pin: ServerPin;
  /** Holds the database of each life. */
  readonly directory: string;
}

/** What passes on a control connection. */
export type ControlMessage = { readonly text: string } | 'ping' | 'pong';
/** What passes on a relay connection. */
export type RelayMessage = Uint8Array | 'ping' | 'pong';

export class SimulatedServer {
  readonly control: ControlPlane;
  readonly relay: RelayCore;
  readonly admission: Admission;
  /** Outlets of the relay, for a look at what they hold. */
  readonly outlets = new Set<SimulatedOutlet>();
  readonly #around: ServerSurroundings;
  readonly #clock: ServerClock;
  readonly #database: string;
  readonly #ends = new Set<End>();

  /** @param life counts the starts */
  static async start(around: ServerSurroundings, life: number): Promise<SimulatedServer> {
    const clock = new ServerClock(around.time);
    const folder = join(around.directory, String(life));
    mkdirSync(folder, { recursive: true });
    const store = await openSqliteStore(join(folder, 'causeway.db'));
    const admission = new Admission(around.grantKey.publicKey, () => clock.now());
    const relay: RelayCore = new RelayCore({
      onPresence: (subscription, machine) => control.events.moved(subscription, machine),
      onTicket: (connection, ticket) => {
        admission.renew(ticket, connection).then(
          (expiresAt) => relay.extend(connection, expiresAt),
          () => relay.ticketRefused(connection),
        );
      },
    });
    const control: ControlPlane = await ControlPlane.start({
      store,
      clock,
      random: around.random.bytes,
      grantKey: around.grantKey,
      logger: pino({ level: 'silent' }),
      serverUrl: () => 'https://relay.simulated',
      pin: around.pin,
      serverVersion: '0.0.0',
      relay: {
        dropMachine: (subscription, machine) => {
          admission.cutOff(subscription, machine);
          relay.drop(subscription, machine, clock.now());
        },
        isConnected: (subscription, machine) => relay.find(subscription, machine) !== undefined,
        pairs: (subscription) => relay.pairs(subscription),
      },
    });
    return new SimulatedServer(around, clock, folder, control, relay, admission);
  }

  private constructor(
    around: ServerSurroundings,
    clock: ServerClock,
    folder: string,
    control: ControlPlane,
    relay: RelayCore,
    admission: Admission,
  ) {
    this.#around = around;
    this.#clock = clock;
    this.#database = folder;
    this.control = control;
    this.relay = relay;
    this.admission = admission;
    this.#sweepRelay();
  }

  get administration(): AdministrationContext {
    return { ...this.control.context, by: ADMINISTRATOR };
  }

  get ticketKey(): CryptoKey {
    return this.#around.grantKey.privateKey;
  }

  /** Ties a control connection to a session, as relay-server/control/edge.ts does to a socket. */
  acceptControl(end: End, address: string): void {
    this.#ends.add(end);
    let [heard, answering, closed] = [true, Promise.resolve(), false];
    const session = this.control.open({
      address,
      send: (message: ServerMessage) => {
        const text = JSON.stringify(message);
        end.send({ text } satisfies ControlMessage, text.length);
      },
      close: (status) => {
        closed = true;
        end.close(status);
        gone();
      },
    });
    const gone = () => {
      if (!this.#ends.delete(end)) return;
      cancelProbe();
      this.control.closed(session);
    };
    let cancelProbe = () => {};
    const probe = () => {
      cancelProbe = this.#clock.after(CONTROL_SWEEP_MS, () => {
        if (!heard) {
          end.close(NORMAL);
          gone();
          return;
        }
        heard = false;
        end.send('ping' satisfies ControlMessage, 2);
        probe();
      });
    };
    probe();
    end.onMessage = (message) => {
      if (this.#clock.stopped) return;
      heard = true;
      if (message === 'ping') end.send('pong' satisfies ControlMessage, 2);
      if (typeof message === 'string' || closed) return;
      const { text } = message as { text: string };
      answering = answering.then(() => (closed ? undefined : session.receive(text)));
    };
    end.onClose = () => {
      closed = true;
      if (!this.#clock.stopped) gone();
    };
  }

  /** @throws CausewayError TICKET_REFUSED, RATE_LIMITED */
  async acceptRelay(end: End, authorization: string, address: string): Promise<void> {
    this.tieRelay(end, await this.admission.admit(authorization, address));
  }

  /** A machine whose ticket was verified. */
  tieRelay(end: End, identity: Identity): void {
    this.#ends.add(end);
    const outlet = new SimulatedOutlet(end);
    this.outlets.add(outlet);
    const connection: Connection = this.relay.connect(identity, outlet, this.#clock.now());
    const gone = () => {
      this.#ends.delete(end);
      this.outlets.delete(outlet);
      this.relay.disconnect(connection, this.#clock.now());
    };
    outlet.onEnded = () => {
      this.#ends.delete(end);
      this.outlets.delete(outlet);
    };
    end.onMessage = (message) => {
      if (this.#clock.stopped) return;
      const now = this.#clock.now();
      if (message === 'ping') end.send('pong' satisfies RelayMessage, 2);
      if (typeof message === 'string') this.relay.heard(connection, now);
      else this.relay.receive(connection, copyWithRoom(message as Uint8Array), now);
    };
    end.onClose = () => {
      if (!this.#clock.stopped) gone();
    };
    end.onDrained = () => {
      if (this.#clock.stopped || !outlet.full) return;
      outlet.full = false;
      this.relay.heard(connection, this.#clock.now());
      this.relay.writable(connection, this.#clock.now());
    };
  }

  /** As SIGTERM: says good-bye to everybody, then closes the database. */
  async stop(): Promise<void> {
    this.relay.shutDown();
    for (const end of this.#ends) end.close(RESTARTING);
    for (const end of this.#ends) end.onClose(undefined);
    await this.control.close();
    this.#clock.stopped = true;
    await this.control.context.store.close();
  }

  /**
   * As kill -9, right now: whatever is half done is never gone on with, and the next life finds the files
   * as they are at this moment.
   * @returns what lets go of the dead process's files, once its promises have run out
   */
  kill(nextLife: number): () => Promise<void> {
    this.#clock.stopped = true;
    const next = join(this.#around.directory, String(nextLife));
    mkdirSync(next, { recursive: true });
    for (const file of readdirSync(this.#database)) {
      // The index of the log lives in memory that dies with the process.
      if (!file.endsWith('-shm')) cpSync(join(this.#database, file), join(next, file));
    }
    for (const end of this.#ends) end.close(0);
    return () => this.control.context.store.close();
  }

  /** Takes the files of a life that ended well over to the next. */
  handOver(nextLife: number): void {
    const next = join(this.#around.directory, String(nextLife));
    if (existsSync(next)) rmSync(next, { recursive: true });
    cpSync(this.#database, next, { recursive: true });
  }

  #sweepRelay(): void {
    this.#clock.after(LIMITS.PING_TIMEOUT_MS.value, () => {
      this.relay.sweep(this.#clock.now());
      this.#sweepRelay();
    });
  }
}

/** A connection's far end as the relay core sees it; says that it is full as relay/machine-socket.ts does. */
export class SimulatedOutlet implements Outlet {
  full = false;
  onEnded: () => void = () => {};
  readonly #end: End;

  constructor(end: End) {
    this.#end = end;
  }

  /** Bytes that were sent and have not arrived. */
  get held(): number {
    return this.#end.inFlight;
  }

  send(frame: Uint8Array): boolean {
    this.#end.send(Uint8Array.from(frame) satisfies RelayMessage, frame.length);
    if (this.#end.inFlight >= LIMITS.RELAY_SOCKET_HIGH_WATER_BYTES.value) this.full = true;
    return !this.full;
  }

  ping(): void {
    this.#end.send('ping' satisfies RelayMessage, 2);
  }

  close(status: number): void {
    this.#end.close(status);
    this.onEnded();
  }

  terminate(): void {
    this.close(1006);
  }
}

/** The server's clock: stands still for a server that was killed. */
class ServerClock implements Clock {
  stopped = false;
  readonly #time: SimulatedTime;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  now(): number {
    return Math.floor(this.#time.now);
  }

  after(ms: number, run: () => void): () => void {
    return this.#time.after(
      ms,
      () => {
        if (!this.stopped) run();
      },
      'server timer',
    );
  }
}
