/**
 * A machine taking part in its network: everything that is alive between `up` and `down`, composed here
 * and undone as one. Each part reports to the status board what it proved.
 */
import { type CryptoKey, importJWK } from 'jose';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { type GrantClaims, verifyGrant } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import type { Label } from '#protocol/names.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { ControlClient } from '../control/client.ts';
import { cpuFlags, type Software } from '../control/software.ts';
import { durationText } from '../duration.ts';
import { RelayClient, type RelayTicket } from '../relay/client.ts';
import type { ServerClock, TimeSource } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Identity } from '../state/identity.ts';
import { outerAddresses, Surroundings } from '../surroundings.ts';
import { diagnosticsOf } from './diagnostics.ts';
import type { Host, NameLookup } from './host.ts';
import { LocalSide } from './local-side.ts';
import { PeerDirectory } from './peer-directory.ts';
import { Reporter } from './reporter.ts';
import type { StatusBoard } from './status-board.ts';
import { TunnelLink } from './tunnel-link.ts';

export interface MembershipOptions {
  readonly activation: Activation;
  readonly identity: Identity;
  readonly software: Software;
  readonly clock: ServerClock;
  readonly time: TimeSource;
  readonly board: StatusBoard;
  readonly host: Host;
  /** The machine's own facts changed and should be stored. */
  readonly onSelf: (self: SelfFacts) => void;
  /** What the agent says of itself, for the server. */
  readonly status: () => AgentStatus;
  /** Looks at every link of the chain; takes some seconds. */
  readonly diagnose: () => Promise<Check[]>;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** How often adapter and names are proven without being asked: nobody shall see an older "ok" than this. */
const LOOK_EVERY_MS = 60_000;
/** How soon a sleep of the computer or a change of its network is noticed. */
const SURROUNDINGS_EVERY_MS = 5_000;
/** How long somebody who asks for the status waits for fresh proofs: many round trips, and no annoyance. */
const PROOF_WAIT_MS = 2_000;

export class Membership implements AsyncDisposable {
  readonly directory: PeerDirectory;
  readonly link: TunnelLink;
  readonly control: ControlClient;
  readonly relay: RelayClient;
  readonly #options: MembershipOptions;
  readonly #memory = new FrameMemory();
  readonly #grantKey: CryptoKey;
  readonly #local: LocalSide;
  readonly #surroundings: Surroundings;
  readonly #timers: readonly NodeJS.Timeout[];
  /** Settled once the first attempt to reach the control plane has come to something. */
  readonly #introduced = Promise.withResolvers<void>();
  #self: SelfFacts;
  #ticket: RelayTicket | undefined;
  readonly #reporter: Reporter;
  readonly #ignoreBoard: () => void;
  #diagnosing = false;

  static async start(options: MembershipOptions): Promise<Membership> {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: options.activation.grantKey };
    return new Membership(options, (await importJWK(jwk, 'EdDSA')) as CryptoKey);
  }

  private constructor(options: MembershipOptions, grantKey: CryptoKey) {
    const { activation, board, clock, host, identity, log, software, time } = options;
    this.#options = options;
    this.#grantKey = grantKey;
    this.#self = activation.self;
    const now = () => clock.now();
    this.directory = new PeerDirectory({
      self: activation.self.id,
      now,
      // The adapter may be up before the control plane was reached. A first packet waits for that: it would
      // be refused, and what a program sends next comes a second later.
      ask: async (method, params) => {
        await this.#introduced.promise;
        return this.control.request(method, params);
      },
      verify: (grant) => this.#verify(grant),
      onGrant: (peer) => this.link.granted(peer),
      onForgotten: (machine) => this.link.forgotten(machine),
    });
    this.#local = new LocalSide({
      host,
      board,
      log,
      self: () => this.#self,
      lookup: this.#lookup(),
      attach: (adapter) => this.link.attach(adapter),
    });
    this.link = new TunnelLink({
      memory: this.#memory,
      self: activation.self,
      identity,
      directory: this.directory,
      cpuFlags: cpuFlags(),
      now,
      sendFrame: (frame) => this.relay.send(frame),
      verifyGrant: (grant) => this.#verify(grant),
      onAdapterFailure: (error) => this.#local.adapterFailed(error),
      log,
    });
    board.pending('control', activation.server);
    board.pending('relay', this.#relayTarget().server);
    board.pending('adapter');
    board.pending('names');
    this.#reporter = new Reporter({
      status: options.status,
      relayConnected: () => this.relay.connected,
      online: () => this.control.online,
      send: (report) => this.control.request('report', report),
    });
    this.control = new ControlClient({
      target: activation,
      machine: activation.self.id,
      identity,
      software,
      clock,
      handlers: this.#controlHandlers(),
    });
    this.relay = this.#openRelay();
    this.#ignoreBoard = board.onChange(() => this.#reporter.changed());
    void this.#local.look();
    this.#surroundings = new Surroundings(time, () => outerAddresses([activation.self.ipv4, activation.self.ipv6]));
    this.#timers = [
      setInterval(() => {
        void this.#local.look();
        this.#reporter.changed();
      }, LOOK_EVERY_MS),
      setInterval(() => this.#lookAround(), SURROUNDINGS_EVERY_MS),
    ];
  }

  get self(): SelfFacts {
    return this.#self;
  }

  /** Tries at once what failed, instead of waiting for its turn. */
  tryAgain(): void {
    const { board } = this.#options;
    const { parts } = board;
    if (parts.control.state === 'failed') board.pending('control');
    if (parts.relay.state === 'failed') board.pending('relay');
    if (parts.adapter.state === 'failed') board.pending('adapter');
    if (parts.names.state === 'failed') board.pending('names');
    this.control.connectNow();
    if (this.control.online) this.relay.connectNow();
    void this.#local.look();
  }

  /** Proves every part anew, as far as that takes no longer than people wait; failures are on the board. */
  async prove(): Promise<void> {
    const since = Date.now();
    const enough = AbortSignal.timeout(PROOF_WAIT_MS);
    const late = new Promise<void>((resolve) => enough.addEventListener('abort', () => resolve(), { once: true }));
    this.control.connectNow();
    this.relay.connectNow();
    const answered = this.#options.board.until(
      ({ control, relay }) =>
        [control, relay].every(({ state, provenAt }) => state !== 'ok' || (provenAt !== null && provenAt >= since)),
      enough,
    );
    await Promise.all([answered, Promise.race([this.#local.look(), late])]);
  }

  /** Asks the control plane for this machine's facts now. @throws CausewayError */
  async refresh(): Promise<void> {
    this.directory.expireNames();
    this.link.router.forgetRefusals();
    const { self } = await this.control.request('self', {});
    this.#learnSelf(self);
    this.#options.board.policyRefreshedAt = Date.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#ignoreBoard();
    this.#reporter[Symbol.dispose]();
    this.control[Symbol.dispose]();
    this.#introduced.resolve();
    this.relay[Symbol.dispose]();
    await this.#local[Symbol.asyncDispose]();
    this.link[Symbol.dispose]();
    for (const part of ['control', 'relay', 'adapter', 'names'] as const) this.#options.board.off(part);
  }

  #lookAround(): void {
    const change = this.#surroundings.look();
    if (change === undefined) return;
    this.#options.log('surroundings changed', { change });
    // Grants and handshakes go by the server's time, and only a new challenge tells it.
    if (change === 'clock') this.control.reconnect();
    else this.control.connectNow();
    if (this.control.online || this.relay.connected) this.relay.connectNow();
    void this.#local.look();
  }

  #controlHandlers(): ConstructorParameters<typeof ControlClient>[0]['handlers'] {
    const { board, log } = this.#options;
    return {
      onProven: () => board.proven('control'),
      onOnline: () => {
        log('control online', {});
        this.link.clockLearnt();
        this.#introduced.resolve();
        // Nobody could be asked a moment ago.
        this.link.router.forgetRefusals();
        board.policyRefreshedAt = Date.now();
        board.works('activation', `in ${this.#self.subscription.name}`);
        board.works('control', this.#options.activation.server, this.#clockWarning());
        if (!this.relay.connected) this.relay.connectNow();
        this.#reporter.connected();
      },
      onOffline: (error, final) => {
        this.#introduced.resolve();
        this.#logLoss('control', error);
        board.failed('control', error);
        if (!final) return;
        this.#revoke(this.directory.ids());
        // A disabled machine is still a member.
        if (isRefusal(error, 'AUTHENTICATION_FAILED')) board.failed('activation', error);
      },
      onSelf: (self) => this.#learnSelf(self),
      onPolicyChanged: (policyVersion) => {
        this.#learnSelf({ ...this.#self, policyVersion });
        this.directory.expireNames();
        this.link.router.forgetRefusals();
        board.policyRefreshedAt = Date.now();
      },
      onRevoked: (peers, reason) => {
        log('revoked', { peers, reason });
        this.#revoke(peers);
      },
      onWatch: (seconds) => this.#reporter.watch(seconds),
      onDiagnose: () => void this.#diagnose(),
      livePeers: () => this.directory.ids(),
    };
  }

  #openRelay(): RelayClient {
    const { board, log } = this.#options;
    return new RelayClient({
      memory: this.#memory,
      target: this.#relayTarget(),
      handlers: {
        ticket: () => this.#freshTicket(),
        onConnected: () => {
          log('relay online', {});
          this.link.reconnected();
          this.#reporter.changed();
        },
        onProven: (roundTripMs) => {
          board.proven('relay');
          if (roundTripMs !== undefined) board.relayRoundTripMs = roundTripMs;
        },
        onDisconnected: (error) => {
          this.#logLoss('relay', error);
          if (isRefusal(error, 'TICKET_REFUSED')) this.#ticket = undefined;
          board.failed('relay', error);
          this.#reporter.changed();
        },
        onData: (peer, payload) => this.link.incoming(peer, payload),
        onPeerGone: (peer, reason) => this.link.peerGone(peer, reason),
        onDrained: () => this.link.drained(),
      },
    });
  }

  /** Once for each reason: attempts go on for as long as the server is away. */
  #logLoss(name: 'control' | 'relay', error: CausewayError): void {
    const known = this.#options.board.parts[name].error;
    if (known?.message !== error.message)
      this.#options.log(`${name} offline`, { code: error.code, cause: error.message });
  }

  #relayTarget() {
    return this.#self.relays[0] === undefined
      ? this.#options.activation
      : { server: this.#self.relays[0].url, pin: this.#self.relays[0].pin };
  }

  /** The ticket in hand while half of its life is left; else a new one; in an outage whatever is still valid. */
  async #freshTicket(): Promise<RelayTicket> {
    const left = (this.#ticket?.expiresAt ?? 0) - this.#options.clock.now();
    if (this.#ticket !== undefined && left > (LIMITS.TICKET_LIFETIME_S.value * 1000) / 2) return this.#ticket;
    try {
      this.#ticket = await this.control.request('relayTicket', {});
    } catch (error) {
      if (this.#ticket === undefined || left <= 0) throw error;
    }
    return this.#ticket;
  }

  /** As `causeway diagnose` does, for an administrator who asked for it in the portal. */
  async #diagnose(): Promise<void> {
    if (this.#diagnosing) return;
    this.#diagnosing = true;
    try {
      const checks = diagnosticsOf(await this.#options.diagnose());
      await this.control.request('diagnostics', { checks });
    } catch (error) {
      this.#options.log('diagnostics could not be sent', { error: String(error) });
    } finally {
      this.#diagnosing = false;
    }
  }

  #verify(grant: string): Promise<GrantClaims> {
    return verifyGrant(grant, this.#grantKey, this.#options.clock.now());
  }

  #revoke(peers: readonly MachineId[]): void {
    for (const peer of peers) this.link.revoke(peer);
    this.directory.expireNames();
  }

  #learnSelf(self: SelfFacts): void {
    const before = this.#self;
    this.#self = self;
    if (JSON.stringify(before) !== JSON.stringify(self)) this.#options.onSelf(self);
    if (before.name !== self.name) this.directory.expireNames();
    if (before.subscription.name !== self.subscription.name) void this.#local.look();
  }

  #clockWarning(): CausewayError | undefined {
    const offset = this.#options.clock.offsetMs ?? 0;
    if (Math.abs(offset) < LIMITS.CLOCK_SKEW_WARN_MS.value) return undefined;
    return new CausewayError('CLOCK_SKEWED', { skew: durationText(offset) });
  }

  #lookup(): NameLookup {
    return {
      self: () => this.#self,
      byName: async (name: Label) => {
        if (name === this.#self.name) return this.#self;
        return this.#answer(async () => (await this.directory.byName(name)).machine);
      },
      byAddress: async (address) => {
        if (address === this.#self.ipv4 || address === this.#self.ipv6) return this.#self;
        return this.#answer(async () => (await this.directory.byAddress(address)).machine);
      },
    };
  }

  async #answer<Found>(find: () => Promise<Found>): Promise<Found | 'unknown' | 'unavailable'> {
    try {
      return await find();
    } catch (error) {
      return isRefusal(error, 'NAME_UNKNOWN') || isRefusal(error, 'POLICY_DENIED') ? 'unknown' : 'unavailable';
    }
  }
}
