/**
 * The agent itself, as its owner knows it: activated or not, wanted up or down, and what it says of
 * itself. Owns the state directory and at most one membership. Has no socket, screen or process of its
 * own; the command-line daemon and the desktop application host it.
 */
import { hostname } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import type { Check, LocalResult } from '#protocol/local-api.ts';
import { fullName, labelFromHostName, parseLabel, suffixOf } from '#protocol/names.ts';
import { type AgentStatus, PART_ORDER, type PeerStatus, summarise } from '#protocol/status.ts';
import { decodeToken } from '#protocol/token.ts';
import { activate } from '../control/activate.ts';
import { AGENT_VERSION, software } from '../control/software.ts';
import { ServerClock, type TimeSource } from '../server-clock.ts';
import { type Activation, forgetActivation, loadActivation, saveActivation } from '../state/activation-file.ts';
import { ensurePrivateDirectory } from '../state/durable-file.ts';
import { type Identity, loadOrCreateIdentity } from '../state/identity.ts';
import { diagnose } from './diagnose.ts';
import type { Host } from './host.ts';
import { Membership } from './membership.ts';
import type { KnownPeer } from './peer-directory.ts';
import { StatusBoard } from './status-board.ts';

export interface EngineOptions {
  /** Where identity and activation are kept; made if missing, 0700. */
  readonly stateDirectory: string;
  readonly host: Host;
  readonly time?: TimeSource;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

export class Engine implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #identity: Identity;
  readonly #clock: ServerClock;
  readonly #board = new StatusBoard();
  #activation: Activation | undefined;
  #membership: Membership | undefined;
  /** `up`, `down` and activation happen one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Loads the state, undoes what a killed agent left, and connects if the owner wanted that.
   * @throws CausewayError IDENTITY_CORRUPT, IDENTITY_EXPOSED, STATE_CORRUPT, DISK_FULL, DIRECTORY_READ_ONLY
   */
  static async start(options: EngineOptions): Promise<Engine> {
    await ensurePrivateDirectory(options.stateDirectory);
    const identity = await loadOrCreateIdentity(options.stateDirectory);
    const activation = await loadActivation(options.stateDirectory);
    await options.host.restoreLeftovers();
    const engine = new Engine(options, identity, activation);
    if (activation?.wanted === 'up') await engine.#join(activation);
    return engine;
  }

  private constructor(options: EngineOptions, identity: Identity, activation: Activation | undefined) {
    this.#options = options;
    this.#identity = identity;
    this.#activation = activation;
    this.#clock = new ServerClock(options.time);
    if (activation !== undefined) this.#board.proven('activation', `in ${activation.self.subscription.name}`);
  }

  status(): AgentStatus {
    const self = this.#membership?.self ?? this.#activation?.self;
    const wanted = this.#activation?.wanted ?? 'down';
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
              subscription: self.subscription.name,
              memberOf: self.memberOf?.name ?? null,
            },
      policyVersion: self?.policyVersion ?? null,
      policyRefreshedAt: this.#board.policyRefreshedAt,
      clockOffsetMs: this.#clock.offsetMs,
      parts,
      relayRoundTripMs: this.#board.relayRoundTripMs,
      peers: this.#membership === undefined ? [] : peerStatuses(this.#membership),
    };
  }

  /** Status with every part proven anew first. */
  async provenStatus(): Promise<AgentStatus> {
    await this.#membership?.prove();
    return this.status();
  }

  /**
   * Connects; with a token, activates first.
   * @throws CausewayError NOT_ACTIVATED, ALREADY_ACTIVATED, TOKEN_…, NAME_INVALID, NAME_TAKEN, SERVER_…
   */
  async up(request: {
    token?: string | undefined;
    name?: string | undefined;
    timeoutMs: number;
  }): Promise<AgentStatus> {
    await this.#inTurn(async () => {
      if (request.token !== undefined) await this.#activate(request.token, request.name);
      if (this.#activation === undefined) throw new CausewayError('NOT_ACTIVATED');
      await this.#store({ ...this.#activation, wanted: 'up' });
      await this.#join(this.#activation);
    });
    const settled = (parts: AgentStatus['parts']) =>
      PART_ORDER.every((name) => parts[name].state === 'ok') ||
      PART_ORDER.some((name) => parts[name].state === 'failed');
    await this.#board.until(settled, AbortSignal.timeout(request.timeoutMs));
    return this.status();
  }

  /** Disconnects and undoes everything; with `forget`, also leaves the subscription. */
  async down(request: { forget: boolean }): Promise<AgentStatus> {
    await this.#inTurn(async () => {
      const activation = this.#activation;
      if (request.forget && activation !== undefined) {
        this.#membership ??= await this.#newMembership(activation);
        await this.#reachControl();
        await this.#membership.control.request('deactivate', {});
      }
      await this.#leave();
      if (activation === undefined) return;
      if (request.forget) {
        await forgetActivation(this.#options.stateDirectory);
        this.#activation = undefined;
        this.#board.off('activation');
      } else {
        await this.#store({ ...activation, wanted: 'down' });
      }
    });
    return this.status();
  }

  /** Re-reads the policy now. @throws CausewayError NOT_ACTIVATED, SERVER_UNREACHABLE, TIMED_OUT */
  async refresh(): Promise<AgentStatus> {
    const membership = this.#connected();
    await membership.refresh();
    return this.provenStatus();
  }

  async peers(): Promise<LocalResult<'peers'>> {
    const membership = this.#connected();
    const sessions = new Map(peerStatuses(membership).map((peer) => [peer.id, peer]));
    const peers: LocalResult<'peers'>['peers'] = [];
    for (;;) {
      const after = peers.at(-1)?.name;
      const page = await membership.control.request('listPeers', after === undefined ? {} : { after });
      peers.push(...page.peers.map((peer) => ({ ...peer, session: sessions.get(peer.id) ?? null })));
      if (!page.more || page.peers.length === 0) return { peers };
    }
  }

  /** Round trip inside the tunnel. @throws CausewayError NAME_UNKNOWN, POLICY_DENIED, PEER_UNREACHABLE */
  async ping(target: string, timeoutMs: number): Promise<LocalResult<'ping'>> {
    const membership = this.#connected();
    const { machine } = await this.#find(membership, target);
    const roundTripMs = await membership.link.ping(machine, timeoutMs);
    return { name: machine.name, address: machine.ipv6, roundTripMs };
  }

  /** @throws CausewayError NAME_UNKNOWN, POLICY_DENIED */
  async resolve(target: string): Promise<LocalResult<'resolve'>> {
    const membership = this.#connected();
    const { machine, claims } = await this.#find(membership, target);
    return {
      name: machine.name,
      fullName: fullName(machine.name, membership.self.subscription.name),
      ipv4: machine.ipv4,
      ipv6: machine.ipv6,
      grantExpiresAt: claims.exp * 1000,
    };
  }

  async diagnose(onCheck: (check: Check) => void): Promise<Check[]> {
    return diagnose(
      { activation: this.#activation, membership: this.#membership, status: () => this.provenStatus() },
      onCheck,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#leave());
  }

  async #activate(text: string, wantedName: string | undefined): Promise<void> {
    const token = decodeToken(text);
    const name = wantedName === undefined ? labelFromHostName(hostname()) : parseLabel(wantedName);
    const before = this.#activation;
    if (
      before !== undefined &&
      (before.self.subscription.id !== token.subscription || before.server !== token.server)
    ) {
      throw new CausewayError('ALREADY_ACTIVATED', { subscription: before.self.subscription.name });
    }
    this.#board.pending('activation', token.server);
    try {
      const activation = await activate({
        token,
        name,
        identity: this.#identity,
        software: software(),
        clock: this.#clock,
        signal: new AbortController().signal,
      });
      await this.#store(activation);
      this.#board.proven('activation', `in ${activation.self.subscription.name}`);
    } catch (error) {
      if (error instanceof CausewayError && before === undefined) this.#board.failed('activation', error);
      else if (before !== undefined) this.#board.proven('activation', `in ${before.self.subscription.name}`);
      throw error;
    }
    // The new facts (name, role, server pin) hold from now on.
    await this.#leave();
  }

  async #join(activation: Activation): Promise<void> {
    this.#membership ??= await this.#newMembership(activation);
  }

  #newMembership(activation: Activation): Promise<Membership> {
    return Membership.start({
      activation,
      identity: this.#identity,
      software: software(),
      clock: this.#clock,
      board: this.#board,
      host: this.#options.host,
      log: this.#options.log,
      onSelf: (self) => {
        const current = this.#activation;
        if (current === undefined) return;
        this.#store({ ...current, self }).catch((error: unknown) =>
          this.#options.log('could not store the machine’s facts', { error: String(error) }),
        );
      },
    });
  }

  async #leave(): Promise<void> {
    const membership = this.#membership;
    this.#membership = undefined;
    await membership?.[Symbol.asyncDispose]();
  }

  async #reachControl(): Promise<void> {
    const settled = (parts: AgentStatus['parts']) => parts.control.state === 'ok' || parts.control.state === 'failed';
    await this.#board.until(settled, AbortSignal.timeout(10_000));
  }

  async #find(membership: Membership, target: string): Promise<KnownPeer> {
    if (/^[\d.]+$/.test(target) || target.includes(':')) return membership.directory.byAddress(target.toLowerCase());
    const suffix = `.${suffixOf(membership.self.subscription.name)}`;
    const bare = target.toLowerCase().replace(/\.$/, '');
    return membership.directory.byName(parseLabel(bare.endsWith(suffix) ? bare.slice(0, -suffix.length) : bare));
  }

  #connected(): Membership {
    if (this.#activation === undefined) throw new CausewayError('NOT_ACTIVATED');
    if (this.#membership === undefined) throw new CausewayError('NOT_CONNECTED');
    return this.#membership;
  }

  async #store(activation: Activation): Promise<void> {
    await saveActivation(this.#options.stateDirectory, activation);
    this.#activation = activation;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function peerStatuses(membership: Membership): PeerStatus[] {
  const sessions = new Map([...membership.link.peers()].map((peer) => [peer.id, peer]));
  return membership.directory.ids().map((id) => {
    const { machine, claims } = membership.directory.get(id) as KnownPeer;
    const session = sessions.get(id);
    return {
      id,
      name: machine.name,
      ipv4: machine.ipv4,
      ipv6: machine.ipv6,
      state: session?.state ?? 'idle',
      provenAt: session?.provenAt ?? null,
      roundTripMs: membership.link.roundTripMs(id),
      receivedBytes: session?.receivedBytes ?? 0,
      sentBytes: session?.sentBytes ?? 0,
      grantExpiresAt: claims.exp * 1000,
      error: null,
    };
  });
}
