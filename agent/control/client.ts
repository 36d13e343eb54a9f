/**
 * Keeps the machine's control connection: connects, authenticates, syncs, and comes back with jittered
 * back-off whenever it ends. Requests go to the live connection or fail at once: a waiting DNS query is
 * better served by an error than by a late answer.
 */
import type {
  ControlEvent,
  ControlMethod,
  ControlParams,
  ControlResult,
  SelfFacts,
} from '#protocol/control-messages.ts';
import { asRefusal, CausewayError, fromWire, isRefusal } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Backoff } from '../backoff.ts';
import type { PinnedServer } from '../pinned-socket.ts';
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

/** How often a machine knocks that the server does not let in: an administrator may let it in again. */
const REFUSED_RETRY_MS = 60_000;

export class ControlClient implements Disposable {
  readonly #options: ControlClientOptions;
  readonly #backoff = new Backoff();
  readonly #stop = new AbortController();
  /** Authenticated. */
  #connection: ControlConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Ends the attempt that is under way, and the connection that came of it. */
  #attempt: AbortController | undefined;
  #online = false;
  #onlineSince = 0;
  /** Why there is no connection now. */
  #offlineBy: CausewayError;
  #cutOff: CausewayError | undefined;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.#offlineBy = this.#unreachable('there is no connection to it yet');
    this.connectNow();
  }

  /** Authenticated, and the policy is that of the server. */
  get online(): boolean {
    return this.#online;
  }

  /** Tries now instead of waiting for the back-off; on a live connection asks for a sign of life. */
  connectNow(): void {
    if (this.#connection !== undefined) {
      this.#connection.probe();
      return;
    }
    clearTimeout(this.#retry);
    if (this.#attempt !== undefined || this.#stop.signal.aborted) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#connect(AbortSignal.any([this.#stop.signal, attempt.signal])).catch((error: unknown) => {
      if (this.#attempt === attempt) this.#lost(asRefusal(error));
    });
  }

  /**
   * The way to the server is another one than before: a live connection has to prove itself soon, or is made
   * anew if it can not live; and an attempt begins anew, for its first packets may have gone nowhere.
   *
   * @param mayLive whether a connection from this address of ours may
   */
  connectAfresh(mayLive: (localAddress: string) => boolean): void {
    this.#backoff.reset();
    if (this.#connection !== undefined && mayLive(this.#connection.localAddress)) {
      this.#connection.probe(LIMITS.NETWORK_CHANGE_PATIENCE_MS.value);
      return;
    }
    this.#abandon();
    this.connectNow();
  }

  /** Gives the connection up for a new one, whose challenge brings the server's time. */
  reconnect(): void {
    this.#backoff.reset();
    this.#offlineBy = this.#unreachable('the connection to it is being made anew');
    this.#abandon();
    this.connectNow();
  }

  /** There is no way to the server for now, and this is why. */
  giveUp(cause: string): void {
    this.#abandon();
    this.#lost(this.#unreachable(cause));
  }

  /**
   * @throws CausewayError while offline the reason for that, and what {@link ControlConnection.request} throws
   */
  request<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>> {
    return this.#connection?.request(method, params) ?? Promise.reject(this.#offlineBy);
  }

  [Symbol.dispose](): void {
    this.#offlineBy = this.#unreachable('this machine is disconnecting');
    this.#connection = undefined;
    this.#online = false;
    clearTimeout(this.#retry);
    // Ends the connection, too, or the attempt at one.
    this.#stop.abort(this.#offlineBy);
  }

  /** Ends what there is, without a word to anybody. */
  #abandon(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#online = false;
    connection?.[Symbol.dispose]();
    attempt?.abort(this.#offlineBy);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { target, handlers, openSocket } = this.#options;
    const connection = await ControlConnection.open(
      target,
      {
        onEvent: (event) => this.#handle(event),
        onProven: () => {
          if (this.#online && this.#connection === connection) handlers.onProven();
        },
        onDoubtful: () => {
          if (this.#online && this.#connection === connection) handlers.onDoubtful();
        },
        // During the introduction the failed request tells.
        onClose: (error) => {
          if (this.#online && this.#connection === connection) this.#lost(this.#cutOff ?? error);
        },
      },
      signal,
      openSocket,
    );
    try {
      await this.#introduce(connection, signal);
    } catch (error) {
      connection[Symbol.dispose]();
      throw this.#cutOff ?? error;
    }
  }

  async #introduce(connection: ControlConnection, signal: AbortSignal): Promise<void> {
    const { handlers } = this.#options;
    const self = await authenticate(connection, this.#options);
    signal.throwIfAborted();
    this.#connection = connection;
    this.#onlineSince = performance.now();
    handlers.onSelf(self);
    await this.#sync(connection);
    signal.throwIfAborted();
    this.#attempt = undefined;
    this.#online = true;
    handlers.onOnline(connection.id);
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

  #handle(event: ControlEvent): void {
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
        return;
      case 'cut-off':
        this.#cutOff = fromWire(event.error);
        this.#connection?.[Symbol.dispose]();
    }
  }

  #lost(error: CausewayError): void {
    if (this.#connection !== undefined) this.#backoff.resetIfLasted(performance.now() - this.#onlineSince);
    this.#connection = undefined;
    this.#online = false;
    this.#attempt = undefined;
    this.#cutOff = undefined;
    clearTimeout(this.#retry);
    if (this.#stop.signal.aborted) return;
    this.#offlineBy = error;
    const final = isRefusal(error, 'AUTHENTICATION_FAILED') || isRefusal(error, 'MACHINE_DISABLED');
    this.#retry = setTimeout(() => this.connectNow(), final ? REFUSED_RETRY_MS : this.#backoff.next());
    this.#options.handlers.onOffline(error, final);
  }

  #unreachable(cause: string): CausewayError {
    return new CausewayError('SERVER_UNREACHABLE', { server: this.#options.target.server, cause });
  }
}
