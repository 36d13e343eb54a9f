/**
 * A machine taking part in its network: everything that is alive between `up` and `down`, composed here
 * and undone as one. Each part reports to the status board what it proved.
 */
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import type { GrantClaims } from '#protocol/grants.ts';
import type { MachineId, SigningPublicKey } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Check } from '#protocol/local-api.ts';
import type { LockPin } from '#protocol/lock/statement.ts';
import type { AgentStatus, Part } from '#protocol/status.ts';
import { engineCollector, Scavenger } from '#runtime/collector.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { ControlClient } from '../control/client.ts';
import type { OpenControlSocket } from '../control/connection.ts';
import { cpuFlags, type Software } from '../control/software.ts';
import { durationText } from '../duration.ts';
import { KnownAddresses } from '../known-addresses.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { type OpenRelayWire, RelayClient } from '../relay/client.ts';
import { TicketHolder } from '../relay/ticket-holder.ts';
import type { ServerClock, TimeSource } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Identity } from '../state/identity.ts';
import type { Change } from '../surroundings.ts';
import { BroughtGrants } from './brought-grants.ts';
import { diagnosticsOf } from './diagnostics.ts';
import { GrantKeys } from './grant-keys.ts';
import type { Host, NameLookup } from './host.ts';
import { LocalSide } from './local-side.ts';
import { LockKeeper } from './lock-keeper.ts';
import { nameLookup } from './name-lookup.ts';
import { PeerDirectory } from './peer-directory.ts';
import { Reporter } from './reporter.ts';
import type { StatusBoard } from './status-board.ts';
import { SurroundingsWatch } from './surroundings-watch.ts';
import { TunnelLink } from './tunnel-link.ts';

/** How the server is reached, where that is not pinned TLS. */
export interface MembershipNetwork {
  readonly openSocket: OpenControlSocket;
  readonly openWire: OpenRelayWire;
}

export interface MembershipOptions {
  readonly activation: Activation;
  readonly identity: Identity;
  readonly software: Software;
  readonly clock: ServerClock;
  readonly time: TimeSource;
  /** For a simulation. */
  readonly network?: MembershipNetwork | undefined;
  readonly board: StatusBoard;
  readonly host: Host;
  /** On-premises suffixes that this machine routes whatever the policy says. */
  readonly dnsRoutes?: readonly DnsRoute[] | undefined;
  /** By which the server is reached. */
  readonly proxies?: Proxies | undefined;
  /** The machine's own facts changed and should be stored. */
  readonly onSelf: (self: SelfFacts) => void;
  /** Stores the lock of the subscription that holds from now on. */
  readonly saveLock: (lock: LockPin) => Promise<void>;
  /** Stores the key that verifies grants from now on. */
  readonly saveGrantKey: (key: SigningPublicKey) => Promise<void>;
  /** What the agent says of itself, for the server. */
  readonly status: () => AgentStatus;
  /** Looks at every link of the chain; takes some seconds. */
  readonly diagnose: () => Promise<Check[]>;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** How often adapter and names are proven without being asked: nobody shall see an older "ok" than this. */
const LOOK_EVERY_MS = 60_000;
/** How long somebody who asks for the status waits for fresh proofs: many round trips, and no annoyance. */
const PROOF_WAIT_MS = 2_000;

export class Membership implements AsyncDisposable {
  readonly directory: PeerDirectory;
  /** Whom names and addresses stand for, as this machine's own name server asks. */
  readonly names: NameLookup;
  readonly link: TunnelLink;
  readonly control: ControlClient;
  readonly relay: RelayClient;
  readonly #options: MembershipOptions;
  readonly #scavenger = new Scavenger(engineCollector());
  readonly #memory = new FrameMemory((bytes) => this.#scavenger.moved(bytes));
  readonly #grantKeys: GrantKeys;
  readonly #brought: BroughtGrants;
  readonly #local: LocalSide;
  readonly #lock: LockKeeper;
  readonly #surroundings: SurroundingsWatch;
  readonly #addresses = new KnownAddresses();
  readonly #looking: NodeJS.Timeout;
  /** Settled once the first attempt to reach the control plane has come to something. */
  readonly #introduced = Promise.withResolvers<void>();
  #self: SelfFacts;
  readonly #ticket: TicketHolder;
  readonly #reporter: Reporter;
  readonly #ignoreBoard: () => void;
  #diagnosing = false;

  static async start(options: MembershipOptions): Promise<Membership> {
    const keys = await GrantKeys.of(options.activation.grantKey, () => options.clock.now());
    return new Membership(options, keys);
  }

  private constructor(options: MembershipOptions, grantKeys: GrantKeys) {
    const { activation, board, clock, host, identity, log, software, time } = options;
    this.#options = options;
    this.#grantKeys = grantKeys;
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
    this.#brought = new BroughtGrants({
      self: activation.self.id,
      verify: (grant) => this.#verify(grant),
      holds: (peer) => this.directory.get(peer) !== undefined,
      isRevoked: async (peer) => (await this.control.request('sync', { peers: [peer] })).revoked.includes(peer),
      now,
    });
    this.#lock = new LockKeeper({
      subscription: activation.self.subscription.id,
      pin: activation.lock,
      now,
      ask: async (after) => (await this.control.request('lock', { after })).steps,
      save: options.saveLock,
      onMoved: () => void this.#askAgain(),
      log,
    });
    this.names = nameLookup(this.directory, () => this.#self, options.dnsRoutes);
    this.#local = new LocalSide({
      host,
      board,
      log,
      self: () => this.#self,
      lookup: this.names,
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
      verifyGrant: (grant) => this.#brought.verify(grant),
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
      target: { server: activation.server, pin: activation.pin, addresses: this.#addresses, proxies: options.proxies },
      machine: activation.self.id,
      identity,
      software,
      clock,
      openSocket: options.network?.openSocket,
      handlers: this.#controlHandlers(),
    });
    this.#ticket = new TicketHolder({ now, ask: () => this.control.request('relayTicket', {}) });
    this.relay = this.#openRelay();
    this.#ignoreBoard = board.onChange(() => this.#reporter.changed());
    void this.#local.look();
    this.#surroundings = new SurroundingsWatch({
      host,
      time,
      self: activation.self,
      onChange: (change) => this.#surroundingsChanged(change),
    });
    this.#looking = setInterval(() => {
      void this.#local.look();
      this.#reporter.changed();
    }, LOOK_EVERY_MS);
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
    const settled = ({ state, provenAt }: Part) =>
      state === 'failed' || state === 'off' || (state === 'ok' && provenAt !== null && provenAt >= since);
    const answered = this.#options.board.until(
      // Without the control plane the relay may have to wait for a ticket.
      ({ control, relay }) =>
        settled(control) && (settled(relay) || (relay.state === 'pending' && control.state !== 'ok')),
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
    clearInterval(this.#looking);
    this.#surroundings[Symbol.dispose]();
    this.#ignoreBoard();
    this.#reporter[Symbol.dispose]();
    this.control[Symbol.dispose]();
    this.#introduced.resolve();
    this.relay[Symbol.dispose]();
    await this.#local[Symbol.asyncDispose]();
    this.link[Symbol.dispose]();
    for (const part of ['control', 'relay', 'adapter', 'names'] as const) this.#options.board.off(part);
  }

  /** To be called before anything is said of the connections: a sleep may have made it untrue. */
  lookAround(): void {
    this.#surroundings.lookIfDue();
  }

  /**
   * The connections have become doubtful. What was proven before this computer slept, or by another way
   * out, is shown as being tried until it has proven itself again.
   */
  #surroundingsChanged(change: Change): void {
    this.#options.log('surroundings changed', { change });
    switch (change) {
      case 'cut-off':
        for (const [client, { server }] of [
          [this.control, this.#options.activation],
          [this.relay, this.#relayTarget()],
        ] as const) {
          if (!isLoopback(server)) client.giveUp('this computer has no network');
        }
        break;
      case 'clock':
        this.#doubt();
        // Grants and handshakes go by the server's time, and only a new challenge tells it.
        this.control.reconnect();
        if (this.relay.connected) this.relay.connectAfresh(this.#mayLive);
        break;
      case 'pause':
      case 'way-out':
        this.#doubt();
        this.control.connectAfresh(this.#mayLive);
        // Without waiting for the control connection, if the relay will let us in.
        if (this.relay.connected || this.#ticket.holds) this.relay.connectAfresh(this.#mayLive);
        break;
      case 'addresses':
        this.control.connectNow();
        if (this.control.online || this.relay.connected) this.relay.connectNow();
    }
    void this.#local.look();
  }

  readonly #mayLive = (localAddress: string) => this.#surroundings.mayLive(localAddress);

  #doubt(): void {
    const { board } = this.#options;
    const { parts } = board;
    if (!isRefused(parts.control)) board.pending('control');
    if (!isRefused(parts.relay)) board.pending('relay');
  }

  #controlHandlers(): ConstructorParameters<typeof ControlClient>[0]['handlers'] {
    const { board, log } = this.#options;
    return {
      onProven: () => {
        if (board.parts.control.state === 'ok') board.proven('control');
        else board.works('control', this.#options.activation.server, this.#clockWarning());
      },
      onDoubtful: () => this.#doubtful('control'),
      onOnline: (connection) => {
        log('control online', { connection });
        this.#brought.toldFromNow();
        this.link.clockLearnt();
        void this.#lock.follow(this.#self).then(() => {
          this.#introduced.resolve();
          if (this.control.online) this.#activated();
        });
        // Nobody could be asked a moment ago.
        this.link.router.forgetRefusals();
        board.policyRefreshedAt = Date.now();
        this.#activated();
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

  #doubtful(name: 'control' | 'relay'): void {
    const { board } = this.#options;
    if (board.parts[name].state === 'ok') board.pending(name);
  }

  #openRelay(): RelayClient {
    const { board, log } = this.#options;
    return new RelayClient({
      memory: this.#memory,
      openWire: this.#options.network?.openWire,
      target: { ...this.#relayTarget(), addresses: this.#addresses, proxies: this.#options.proxies },
      handlers: {
        ticket: () => this.#ticket.fresh(),
        onConnected: (connection) => {
          log('relay online', { connection });
          this.link.reconnected();
          this.#reporter.changed();
        },
        onProven: (roundTripMs) => {
          board.proven('relay');
          if (roundTripMs !== undefined) board.relayRoundTripMs = roundTripMs;
        },
        onDoubtful: () => this.#doubtful('relay'),
        onDisconnected: (error) => {
          this.#logLoss('relay', error);
          if (isRefusal(error, 'TICKET_REFUSED')) this.#ticket.refused();
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
      ? { server: this.#options.activation.server, pin: this.#options.activation.pin }
      : { server: this.#self.relays[0].url, pin: this.#self.relays[0].pin };
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

  /** What the server has signed and, in a locked subscription, a lock key stands behind. */
  async #verify(grant: string): Promise<GrantClaims> {
    const claims = await this.#grantKeys.verify(grant);
    await this.#lock.requireBacked(claims);
    return claims;
  }

  /** Another lock holds: peers whose grants it does not back get a new one that it backs, or are dropped. */
  async #askAgain(): Promise<void> {
    this.#activated();
    const known = new Set(this.directory.ids());
    for (const { id } of [...this.link.peers()]) if (!known.has(id)) this.link.revoke(id);
    await Promise.all(
      [...known].map(async (id) => {
        const isBacked = async () => {
          const peer = this.directory.get(id);
          if (peer !== undefined) await this.#lock.requireBacked(peer.claims);
        };
        await isBacked()
          .catch(() => this.directory.renew(id).then(isBacked))
          .catch((error: unknown) => {
            this.#options.log('no longer backed', { peer: id, error: String(error) });
            this.#revoke([id]);
          });
      }),
    );
  }

  async #followGrantKey({ grantKeys }: SelfFacts): Promise<void> {
    const { log, saveGrantKey } = this.#options;
    try {
      const key = await this.#grantKeys.follow(grantKeys ?? []);
      if (key !== undefined) await saveGrantKey(key);
    } catch (error) {
      log('the server’s next grant key was not taken', { error: String(error) });
    }
  }

  #activated(): void {
    const { name } = this.#self.subscription;
    const detail = this.#lock.locked ? `in ${name}, locked` : `in ${name}`;
    this.#options.board.works('activation', detail, this.#lock.warning(this.#self));
  }

  #revoke(peers: readonly MachineId[]): void {
    this.#brought.toldFromNow();
    for (const peer of peers) this.link.revoke(peer);
    this.directory.expireNames();
  }

  #learnSelf(self: SelfFacts): void {
    const before = this.#self;
    this.#self = self;
    if (JSON.stringify(before) !== JSON.stringify(self)) this.#options.onSelf(self);
    void this.#followGrantKey(self);
    if (JSON.stringify(before.lock) !== JSON.stringify(self.lock)) {
      void this.#lock.follow(self).then(() => this.control.online && this.#activated());
    }
    if (before.name !== self.name) this.directory.expireNames();
    const suffixes = ({ dnsRoutes = [] }: SelfFacts) => dnsRoutes.map(({ suffix }) => suffix).join(' ');
    if (before.subscription.name !== self.subscription.name || suffixes(before) !== suffixes(self)) {
      void this.#local.look();
    }
  }

  #clockWarning(): CausewayError | undefined {
    const offset = this.#options.clock.offsetMs ?? 0;
    if (Math.abs(offset) < LIMITS.CLOCK_SKEW_WARN_MS.value) return undefined;
    return new CausewayError('CLOCK_SKEWED', { skew: durationText(offset) });
  }
}

/** Refused by people, whatever the network does. */
function isRefused({ state, error }: Part): boolean {
  return state === 'failed' && (error?.code === 'MACHINE_DISABLED' || error?.code === 'AUTHENTICATION_FAILED');
}

function isLoopback(server: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(server).hostname);
}
