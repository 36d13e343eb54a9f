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
import { fromBase64url, toBase64url } from '#protocol/encoding.ts';
import { CausewayError, fromWire, isRefusal } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { authenticationTranscript } from '#protocol/proofs.ts';
import { Backoff } from '../backoff.ts';
import type { PinnedServer } from '../pinned-socket.ts';
import type { ServerClock } from '../server-clock.ts';
import type { Identity } from '../state/identity.ts';
import { ControlConnection } from './connection.ts';
import type { Software } from './software.ts';

export interface ControlHandlers {
  /** Authenticated, again perhaps; `self` is fresh. */
  onOnline(self: SelfFacts): void;
  /** The server answered just now. */
  onProven(): void;
  /** Not connected; another attempt follows unless `final`. */
  onOffline(error: CausewayError, final: boolean): void;
  onSelfChanged(self: SelfFacts): void;
  onPolicyChanged(policyVersion: number): void;
  onRevoked(peers: readonly MachineId[], reason: string): void;
  /** Peers whose grants this machine lives by, for `sync`. */
  livePeers(): MachineId[];
}

export interface ControlClientOptions {
  readonly target: PinnedServer;
  readonly machine: MachineId;
  readonly identity: Identity;
  readonly software: Software;
  readonly clock: ServerClock;
  readonly handlers: ControlHandlers;
}

export class ControlClient implements Disposable {
  readonly #options: ControlClientOptions;
  readonly #backoff = new Backoff();
  readonly #stop = new AbortController();
  #connection: ControlConnection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #connecting = false;
  #cutOff: CausewayError | undefined;
  #onlineSince = 0;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.connectNow();
  }

  /** Tries now instead of waiting for the back-off; on a live connection asks for a sign of life. */
  connectNow(): void {
    if (this.#connection !== undefined) {
      this.#connection.probe();
      return;
    }
    clearTimeout(this.#retry);
    if (this.#connecting || this.#stop.signal.aborted) return;
    this.#connecting = true;
    this.#connect().catch((error: unknown) => this.#lost(asRefusal(error)));
  }

  /**
   * @throws CausewayError SERVER_UNREACHABLE while offline, and what {@link ControlConnection.request} throws
   */
  request<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>> {
    if (this.#connection === undefined) {
      const { server } = this.#options.target;
      return Promise.reject(
        new CausewayError('SERVER_UNREACHABLE', { server, cause: 'there is no connection to it now' }),
      );
    }
    return this.#connection.request(method, params);
  }

  [Symbol.dispose](): void {
    this.#stop.abort(
      new CausewayError('SERVER_UNREACHABLE', { server: this.#options.target.server, cause: 'stopping' }),
    );
    clearTimeout(this.#retry);
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.[Symbol.dispose]();
  }

  async #connect(): Promise<void> {
    const { target, machine, identity, software, clock, handlers } = this.#options;
    let opened: ControlConnection | undefined;
    const connection = await ControlConnection.open(
      target,
      {
        onEvent: (event) => this.#handle(event),
        onProven: () => handlers.onProven(),
        onClose: (error) => {
          if (this.#connection === opened && opened !== undefined) this.#lost(this.#cutOff ?? error);
        },
      },
      this.#stop.signal,
    );
    try {
      const { nonce, serverTime } = connection.challenge;
      clock.learn(serverTime);
      const signature = toBase64url(identity.sign(authenticationTranscript(fromBase64url(nonce), machine)));
      const { self } = await connection.request('authenticate', { machine, signature, ...software });
      if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
      opened = connection;
      this.#connection = connection;
      this.#onlineSince = performance.now();
      this.#connecting = false;
      await this.#sync(connection);
      handlers.onOnline(self);
    } catch (error) {
      connection[Symbol.dispose]();
      throw this.#cutOff ?? error;
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
        handlers.onSelfChanged(event.self);
        return;
      case 'cut-off':
        this.#cutOff = fromWire(event.error);
    }
  }

  #lost(error: CausewayError): void {
    if (this.#connection !== undefined) this.#backoff.resetIfLasted(performance.now() - this.#onlineSince);
    this.#connection = undefined;
    this.#connecting = false;
    clearTimeout(this.#retry);
    if (this.#stop.signal.aborted) return;
    // A machine that an administrator removed knocks rarely: only a new activation helps, but an
    // administrator may also enable it again.
    const final = isRefusal(error, 'AUTHENTICATION_FAILED') || isRefusal(error, 'MACHINE_DISABLED');
    this.#cutOff = undefined;
    this.#options.handlers.onOffline(error, final);
    this.#retry = setTimeout(() => this.connectNow(), final ? 60_000 : this.#backoff.next());
  }
}

function asRefusal(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  return new CausewayError(
    'INTERNAL',
    { issue: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
}
