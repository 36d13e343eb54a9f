/**
 * The agent itself, as its owner knows it: activated or not, wanted up or down, and what it says of
 * itself. Owns the state directory and at most one membership. Has no socket, screen or process of its
 * own; the command-line daemon and the desktop application host it.
 */
import { hostname } from 'node:os';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { asRefusal, CausewayError } from '#protocol/errors.ts';
import type { SigningPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check, LocalResult, SupportBundle } from '#protocol/local-api.ts';
import type { LockPin } from '#protocol/lock/statement.ts';
import { fullName, labelFromHostName, parseLabel } from '#protocol/names.ts';
import { type AgentStatus, PART_ORDER, summarise } from '#protocol/status.ts';
import { decodeToken } from '#protocol/token.ts';
import type { PinnedServer } from '../connection/pinned-socket.ts';
import { activate } from '../control/activate.ts';
import { deactivate } from '../control/authenticate.ts';
import { AGENT_VERSION, software } from '../control/software.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { ServerClock, SYSTEM_TIME, type TimeSource } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import { type Identity, loadOrCreateIdentity } from '../state/identity.ts';
import { makePrivateDirectory } from '../state/private-directory.ts';
import { lockStateDirectory } from '../state/state-lock.ts';
import { StoredActivation } from '../state/stored-activation.ts';
import { diagnose } from './diagnose.ts';
import type { Host } from './host.ts';
import { LogRing } from './log-ring.ts';
import { Membership } from './membership.ts';
import { listPeers, pingPeer, resolvePeer } from './peer-questions.ts';
import { peerStatuses } from './peer-statuses.ts';
import { SharedDiagnosis } from './shared-diagnosis.ts';
import { StatusBoard } from './status-board.ts';
import { supportBundleOf } from './support-bundle.ts';
import { type StatusListener, type WatchWish, watchStatus } from './watch-status.ts';

export interface EngineOptions {
  /** Where identity and activation are kept; made if missing, 0700. */
  readonly stateDirectory: string;
  readonly host: Host;
  /** On-premises suffixes that this machine routes whatever the policy says. */
  readonly dnsRoutes?: readonly DnsRoute[] | undefined;
  readonly time?: TimeSource;
  /** By which the server is reached; without them directly. */
  readonly proxies?: Proxies | undefined;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

export class Engine implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #lock: AsyncDisposable;
  readonly #identity: Identity;
  readonly #clock: ServerClock;
  readonly #board = new StatusBoard();
  readonly #stored: StoredActivation;
  #membership: Membership | undefined;
  /** `up`, `down` and activation happen one after another. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #stop = new AbortController();
  readonly #log = new LogRing();
  readonly #diagnosis = new SharedDiagnosis((onCheck) =>
    diagnose(
      {
        activation: this.#stored.current,
        membership: this.#membership,
        host: this.#options.host,
        stateDirectory: this.#options.stateDirectory,
        proxies: this.#options.proxies,
        clockOffsetMs: this.#clock.offsetMs,
        status: async () => {
          await this.#membership?.prove();
          return this.status();
        },
      },
      onCheck,
    ),
  );
  #proving: Promise<void> | undefined;

  /**
   * Loads the state, undoes what a killed agent left, and connects if the owner wanted that.
   * @throws CausewayError STATE_IN_USE, IDENTITY_CORRUPT, IDENTITY_EXPOSED, STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY
   */
  static async start(options: EngineOptions): Promise<Engine> {
    await makePrivateDirectory(options.stateDirectory);
    const lock = await lockStateDirectory(options.stateDirectory);
    try {
      const identity = await loadOrCreateIdentity(options.stateDirectory);
      const stored = await StoredActivation.load(options.stateDirectory);
      await options.host.restoreLeftovers();
      const engine = new Engine(options, lock, identity, stored);
      if (stored.current?.wanted === 'up') await engine.#join(stored.current);
      return engine;
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: EngineOptions, lock: AsyncDisposable, identity: Identity, stored: StoredActivation) {
    this.#options = {
      ...options,
      log: (message, details) => {
        this.#log.add(message, details);
        options.log(message, details);
      },
    };
    this.#lock = lock;
    this.#identity = identity;
    this.#stored = stored;
    this.#clock = new ServerClock(options.time);
    const { current } = stored;
    if (current !== undefined) this.#board.recorded('activation', `in ${current.self.subscription.name}`);
  }

  status({ peers }: WatchWish = { peers: true }): AgentStatus {
    this.#membership?.lookAround();
    const { self } = this;
    const wanted = this.#stored.current?.wanted ?? 'down';
    const parts = this.#board.parts;
    return {
      version: AGENT_VERSION,
      at: Date.now(),
      wanted,
      summary: summarise(wanted, parts),
      machine:
        self === undefined
          ? null
          : {
              id: self.id,
              name: self.name,
              fullName: fullName(self.name, self.subscription.name),
              ipv4: self.ipv4,
              ipv6: self.ipv6,
              key: this.#identity.tunnelKey,
              subscription: self.subscription.name,
              memberOf: self.memberOf?.name ?? null,
              memberKind: self.memberOf?.kind,
            },
      policyVersion: self?.policyVersion ?? null,
      policyRefreshedAt: this.#board.policyRefreshedAt,
      clockOffsetMs: this.#clock.offsetMs,
      parts,
      relayRoundTripMs: this.#board.relayRoundTripMs,
      notice: this.#board.notice?.toWire() ?? null,
      peers: this.#membership === undefined || !peers ? [] : peerStatuses(this.#membership, parts.relay),
    };
  }

  /** The machine's own facts as last heard; undefined while it is not activated. */
  get self(): SelfFacts | undefined {
    return this.#membership?.self ?? this.#stored.current?.self;
  }

  /** Where it is a machine, and of which server; undefined while it is not activated. */
  get place(): { readonly machine: string; readonly target: PinnedServer } | undefined {
    if (this.#stored.current === undefined) return undefined;
    const { server, pin, self } = this.#stored.current;
    return { machine: self.id, target: { server, pin, proxies: this.#options.proxies } };
  }

  /** Something that the owner should know beside the parts; null takes it back. */
  tell(notice: CausewayError | null): void {
    this.#board.tell(notice);
  }

  /** Sends the status until the listener has enough, or the agent ends. */
  watch(listener: StatusListener, wish: WatchWish = { peers: true }): Promise<void> {
    const signal = AbortSignal.any([listener.signal, this.#stop.signal]);
    return watchStatus(
      {
        status: () => {
          this.#membership?.relay.pingUnlessProven(LIMITS.WATCHED_PROOF_MS.value);
          return this.status(wish);
        },
        onChange: (changed) => this.#board.onChange(changed),
      },
      { ...listener, signal },
      wish,
    );
  }

  /** Status with every part proven anew first; who asks during a proof waits for that one. */
  async provenStatus(): Promise<AgentStatus> {
    this.#proving ??= this.#membership?.prove().finally(() => {
      this.#proving = undefined;
    });
    await this.#proving;
    return this.status();
  }

  /**
   * Connects; with a token, activates first. What failed before is tried again at once.
   * @throws CausewayError NOT_ACTIVATED, ALREADY_ACTIVATED, TOKEN_…, NAME_INVALID, NAME_TAKEN, SERVER_…
   */
  async up(request: {
    token?: string | undefined;
    name?: string | undefined;
    timeoutMs: number;
  }): Promise<AgentStatus> {
    await this.#inTurn(async () => {
      if (request.token !== undefined) await this.#activate(request.token, request.name);
      if (this.#stored.current === undefined) throw new CausewayError('NOT_ACTIVATED');
      await this.#stored.change((activation) => ({ ...activation, wanted: 'up' }));
      if (this.#membership === undefined) await this.#join(this.#stored.current);
      else this.#membership.tryAgain();
    });
    const settled = (parts: AgentStatus['parts']) =>
      PART_ORDER.every((name) => parts[name].state === 'ok') ||
      PART_ORDER.some((name) => parts[name].state === 'failed') ||
      parts.control.state === 'off';
    await this.#board.until(settled, AbortSignal.any([this.#stop.signal, AbortSignal.timeout(request.timeoutMs)]));
    // Disconnected meanwhile: that is to be over before anything is said.
    if (this.#board.parts.control.state === 'off') await this.#turn;
    return this.status();
  }

  /**
   * Disconnects and undoes everything; with `forget`, also leaves the subscription, of which the server
   * is told first unless `offline`. When that fails nothing has changed.
   * @throws CausewayError with `forget` SERVER_…, TIMED_OUT, MACHINE_DISABLED; DISK_FULL, DIRECTORY_READ_ONLY
   */
  async down(request: { forget: boolean; offline?: boolean }): Promise<AgentStatus> {
    await this.#inTurn(async () => {
      const activation = this.#stored.current;
      if (request.forget && activation !== undefined && !request.offline) await this.#sayGoodbye(activation);
      await this.#leave();
      if (request.forget) {
        await this.#stored.forget();
        this.#board.off('activation');
      } else await this.#stored.change((current) => ({ ...current, wanted: 'down' }));
    });
    return this.status();
  }

  /** Re-reads the policy now. @throws CausewayError NOT_ACTIVATED, NOT_CONNECTED, SERVER_…, TIMED_OUT */
  async refresh(timeoutMs: number = LIMITS.CONTROL_TIMEOUT_MS.value): Promise<AgentStatus> {
    const membership = this.#connected();
    membership.tryAgain();
    const tried = (parts: AgentStatus['parts']) => membership.control.online || parts.control.state !== 'pending';
    await this.#board.until(tried, AbortSignal.timeout(timeoutMs));
    await membership.refresh();
    return this.provenStatus();
  }

  /** Everybody whom the policy lets this machine reach. @throws CausewayError NOT_ACTIVATED, NOT_CONNECTED, SERVER_…, TIMED_OUT */
  async peers(): Promise<LocalResult<'peers'>> {
    const membership = this.#connected();
    return listPeers(membership, peerStatuses(membership, this.#board.parts.relay));
  }

  /** Round trip inside the tunnel. @throws CausewayError NAME_UNKNOWN, POLICY_DENIED, PEER_UNREACHABLE, SERVER_UNREACHABLE */
  async ping(target: string, timeoutMs: number): Promise<LocalResult<'ping'>> {
    return pingPeer(this.#connected(), target, timeoutMs, () => this.#board.parts.relay);
  }

  /** @throws CausewayError NAME_UNKNOWN, POLICY_DENIED */
  async resolve(target: string): Promise<LocalResult<'resolve'>> {
    return resolvePeer(this.#connected(), target);
  }

  /** Looks at every link of the chain. One diagnosis runs at a time; who asks meanwhile shares it. */
  diagnose(onCheck: (check: Check) => void): Promise<Check[]> {
    return this.#diagnosis.run(onCheck);
  }

  /** All that helps somebody who is asked for help; without secrets. */
  async bundle(onCheck: (check: Check) => void): Promise<SupportBundle> {
    const checks = await this.diagnose(onCheck);
    const computer = await this.#options.host.describe();
    return supportBundleOf({ status: this.status(), checks, computer, log: this.#log.lines() });
  }

  /** Undoes everything on this computer; what its owner wants stays stored. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new CausewayError('NOT_CONNECTED'));
    await this.#turn;
    await this.#leave();
    await this.#stored.settled();
    await this.#lock[Symbol.asyncDispose]();
  }

  async #activate(text: string, wantedName: string | undefined): Promise<void> {
    const token = decodeToken(text);
    const before = this.#stored.current;
    const name =
      wantedName === undefined ? (before?.self.name ?? labelFromHostName(hostname())) : parseLabel(wantedName);
    if (before !== undefined && before.self.subscription.id !== token.subscription) {
      throw new CausewayError('ALREADY_ACTIVATED', { subscription: before.self.subscription.name });
    }
    if (before === undefined) this.#board.pending('activation', token.server);
    try {
      const activation = await activate({
        ...this.#introduction(),
        token,
        proxies: this.#options.proxies,
        name,
        signal: this.#stop.signal,
        lock: before?.lock,
      });
      await this.#stored.save(activation);
      this.#board.works('activation', `in ${activation.self.subscription.name}`);
    } catch (error) {
      if (before === undefined) this.#board.failed('activation', asRefusal(error));
      throw error;
    }
    // The new facts (name, role, server pin) hold from now on.
    await this.#leave();
  }

  async #join(activation: Activation): Promise<void> {
    const { board, host, log, time = SYSTEM_TIME } = { board: this.#board, ...this.#options };
    const onSelf = (self: SelfFacts) => {
      if (sameFacts(this.#stored.current?.self, self)) return;
      this.#stored
        .change((current) => ({ ...current, self }))
        .catch((error: unknown) => log('could not store the machine’s facts', { error: String(error) }));
    };
    const saveLock = (lock: LockPin) => this.#stored.change((current) => ({ ...current, lock }));
    const saveGrantKey = (grantKey: SigningPublicKey) => this.#stored.change((current) => ({ ...current, grantKey }));
    this.#membership = await Membership.start({
      ...this.#introduction(),
      activation,
      time,
      board,
      host,
      log,
      dnsRoutes: this.#options.dnsRoutes,
      proxies: this.#options.proxies,
      onSelf,
      saveLock,
      saveGrantKey,
      status: () => this.status(),
      diagnose: () => this.diagnose(() => {}),
    });
  }

  /** By the connection that is there, if it still works: a new one may take longer than whoever stops us waits. */
  async #sayGoodbye(activation: Activation): Promise<void> {
    const control = this.#membership?.control;
    const heard = control?.online && (await control.request('deactivate', {}).catch(() => undefined));
    if (heard) return;
    const introduction = { ...this.#introduction(), machine: activation.self.id };
    const { proxies } = this.#options;
    await deactivate({ ...activation, proxies }, introduction, this.#stop.signal);
  }

  async #leave(): Promise<void> {
    const membership = this.#membership;
    this.#membership = undefined;
    await membership?.[Symbol.asyncDispose]();
  }

  #introduction() {
    return { identity: this.#identity, software: software(), clock: this.#clock };
  }

  #connected(): Membership {
    if (this.#stored.current === undefined) throw new CausewayError('NOT_ACTIVATED');
    if (this.#membership === undefined) throw new CausewayError('NOT_CONNECTED');
    return this.#membership;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(() => {
      this.#stop.signal.throwIfAborted();
      return work();
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Whether nothing but the policy's version is new: that alone is not worth a write on every machine. */
function sameFacts(before: SelfFacts | undefined, after: SelfFacts): boolean {
  return (
    before !== undefined &&
    JSON.stringify({ ...before, policyVersion: 0 }) === JSON.stringify({ ...after, policyVersion: 0 })
  );
}
