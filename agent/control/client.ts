/**
 * The machine's control connection, which is always to be there: authenticates, syncs, and hands on what the
 * server tells. Requests go to the live connection or fail at once: a waiting DNS query is better served by
 * an error than by a late answer.
 */
import type {
  ControlEvent,
  ControlMethod,
  ControlParams,
  ControlResult,
  SelfFacts,
} from '#protocol/control-messages.ts';
import { CausewayError, fromWire } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { KeptConnection } from '../connection/kept-connection.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import { authenticate, type Introduction } from './authenticate.ts';
import { ControlConnection, type OpenControlSocket } from './connection.ts';

export interface ControlHandlers {
  /** Authenticated, perhaps again; what was revoked meanwhile has been told by `onRevoked`. */
  onOnline(connection: string): void;
  /** The server answered just now; only while online. */
  onProven(): void;
  /** The server owes an answer for longer than answers take; `onProven` or `onOffline` follows. */
  onDoubtful(): void;
  /** Not connected; another attempt follows, a rare one if `final`: only people can mend it. */
  onOffline(error: CausewayError, final: boolean): void;
  /** The machine's facts, on every authentication and whenever they change. */
  onSelf(self: SelfFacts): void;
  onPolicyChanged(policyVersion: number): void;
  onRevoked(peers: readonly MachineId[], reason: string): void;
  /** Somebody looks at this machine for so long. */
  onWatch(seconds: number): void;
  /** An administrator asks for diagnostics. */
  onDiagnose(): void;
  /** Peers whose grants this machine lives by, for `sync`. */
  livePeers(): MachineId[];
}

export interface ControlClientOptions extends Introduction {
  readonly target: PinnedServer;
  readonly handlers: ControlHandlers;
  /** Over pinned TLS unless given. */
  readonly openSocket?: OpenControlSocket | undefined;
}

export class ControlClient implements Disposable {
  readonly #options: ControlClientOptions;
  readonly #kept: KeptConnection<ControlConnection>;
  /** Why there is no connection now. */
  #offlineBy: CausewayError;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.#offlineBy = this.#unreachable('there is no connection to it yet');
    this.#kept = new KeptConnection({
      open: (signal, hold) => this.#open(signal, hold),
      probe: (connection, patienceMs) => connection.probe(patienceMs),
      end: (connection) => connection[Symbol.dispose](),
      onUp: ({ id }) => options.handlers.onOnline(id),
      onDown: (error, final) => {
        this.#offlineBy = error;
        options.handlers.onOffline(error, final);
      },
    });
    this.connectNow();
  }

  /** Authenticated, and the policy is that of the server. */
  get online(): boolean {
    return this.#kept.up !== undefined;
  }

  /** See {@link KeptConnection.connectNow}. */
  connectNow(): void {
    this.#kept.connectNow();
  }

  /** See {@link KeptConnection.connectAfresh}. */
  connectAfresh(mayLive: (localAddress: string) => boolean): void {
    this.#kept.connectAfresh(mayLive);
  }

  /** Gives the connection up for a new one, whose challenge brings the server's time. */
  reconnect(): void {
    this.#offlineBy = this.#unreachable('the connection to it is being made anew');
    this.#kept.replace();
  }

  /** There is no way to the server for now, and this is why. */
  giveUp(cause: string): void {
    this.#kept.giveUp(this.#unreachable(cause));
  }

  /**
   * @throws CausewayError while offline the reason for that, and what {@link ControlConnection.request} throws
   */
  request<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>> {
    return this.#kept.held?.request(method, params) ?? Promise.reject(this.#offlineBy);
  }

  [Symbol.dispose](): void {
    this.#offlineBy = this.#unreachable('this machine is disconnecting');
    this.#kept[Symbol.dispose]();
  }

  async #open(signal: AbortSignal, hold: (connection: ControlConnection) => void): Promise<void> {
    const { target, handlers, openSocket } = this.#options;
    let connection: ControlConnection | undefined;
    let cutOff: CausewayError | undefined;
    const isUp = () => this.online && this.#kept.up === connection;
    const opened = await ControlConnection.open(
      target,
      {
        onEvent: (event) => {
          if (event.event === 'cut-off') {
            cutOff = fromWire(event.error);
            if (this.#kept.held === connection) connection?.[Symbol.dispose]();
          } else this.#handle(event);
        },
        onProven: () => {
          if (isUp()) handlers.onProven();
        },
        onDoubtful: () => {
          if (isUp()) handlers.onDoubtful();
        },
        onClose: (error) => this.#kept.ended(connection, cutOff ?? error),
      },
      signal,
      openSocket,
    );
    connection = opened;
    try {
      const self = await authenticate(opened, this.#options);
      hold(opened);
      handlers.onSelf(self);
      await this.#sync(opened);
    } catch (error) {
      opened[Symbol.dispose]();
      throw cutOff ?? error;
    }
  }

  /** Learns what was revoked while this machine was away. */
  async #sync(connection: ControlConnection): Promise<void> {
    const { handlers } = this.#options;
    const peers = handlers.livePeers();
    const most = LIMITS.SYNC_PEERS_MAX.value;
    for (let from = 0; from === 0 || from < peers.length; from += most) {
      const { revoked } = await connection.request('sync', { peers: peers.slice(from, from + most) });
      if (revoked.length > 0) handlers.onRevoked(revoked, 'The policy changed while this machine was away.');
    }
  }

  #handle(event: Exclude<ControlEvent, { event: 'cut-off' }>): void {
    const { handlers } = this.#options;
    switch (event.event) {
      case 'policy-changed':
        handlers.onPolicyChanged(event.policyVersion);
        return;
      case 'revoked':
        handlers.onRevoked(event.peers, event.reason);
        return;
      case 'self-changed':
        handlers.onSelf(event.self);
        return;
      case 'watch':
        handlers.onWatch(event.seconds);
        return;
      case 'diagnose':
        handlers.onDiagnose();
    }
  }

  #unreachable(cause: string): CausewayError {
    return new CausewayError('SERVER_UNREACHABLE', { server: this.#options.target.server, cause });
  }
}
