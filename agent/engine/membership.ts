/**
 * A machine taking part in its network: everything that is alive between `up` and `down`, composed here
 * and undone as one. Each part reports to the status board what it proved.
 */
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { type CausewayError, isRefusal } from '#protocol/errors.ts';
import type { MachineId, SigningPublicKey } from '#protocol/ids.ts';
import type { Check } from '#protocol/local-api.ts';
import type { LockPin } from '#protocol/lock/statement.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { engineCollector, Scavenger } from '#runtime/collector.ts';
import { FrameMemory } from '#runtime/frame-memory.ts';
import { KnownAddresses } from '../connection/known-addresses.ts';
import { ControlClient } from '../control/client.ts';
import type { OpenControlSocket } from '../control/connection.ts';
import { cpuFlags, type Software } from '../control/software.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { type OpenRelayWire, RelayClient } from '../relay/client.ts';
import { TicketHolder } from '../relay/ticket-holder.ts';
import { type ServerClock, skewWarning, type TimeSource } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Identity } from '../state/identity.ts';
import { BroughtGrants } from './brought-grants.ts';
import { Diagnostics } from './diagnostics.ts';
import { GrantKeys } from './grant-keys.ts';
import type { Host, NameLookup } from './host.ts';
import { LocalSide } from './local-side.ts';
import { nameLookup } from './name-lookup.ts';
import { PeerDirectory } from './peer-directory.ts';
import { Reporter } from './reporter.ts';
import { ServerConnections } from './server-connections.ts';
import type { StatusBoard } from './status-board.ts';
import { SurroundingsWatch } from './surroundings-watch.ts';
import { Trust } from './trust.ts';
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
  readonly trust: Trust;
  readonly control: ControlClient;
  readonly relay: RelayClient;
  readonly #options: MembershipOptions;
  readonly #scavenger = new Scavenger(engineCollector());
  readonly #memory = new FrameMemory((bytes) => this.#scavenger.moved(bytes));
  readonly #brought: BroughtGrants;
  readonly #local: LocalSide;
  readonly #connections: ServerConnections;
  readonly #surroundings: SurroundingsWatch;
  readonly #addresses = new KnownAddresses();
  readonly #looking: NodeJS.Timeout;
  /** Settled once the first attempt to reach the control plane has come to something. */
  readonly #introduced = Promise.withResolvers<void>();
  #self: SelfFacts;
  readonly #ticket: TicketHolder;
  readonly #reporter: Reporter;
  readonly #ignoreBoard: () => void;
  readonly #diagnostics: Diagnostics;

  static async start(options: MembershipOptions): Promise<Membership> {
    const keys = await GrantKeys.of(options.activation.grantKey, () => options.clock.now());
    return new Membership(options, keys);
  }

  private constructor(options: MembershipOptions, grantKeys: GrantKeys) {
    const { activation, board, clock, host, identity, log, software, time } = options;
    this.#options = options;
    this.#self = activation.self;
    const now = () => clock.now();
    this.trust = new Trust({
      subscription: activation.self.subscription.id,
      grantKeys,
      lock: activation.lock,
      now,
      peers: () => this.directory,
      askLock: async (after) => (await this.control.request('lock', { after })).steps,
      saveLock: options.saveLock,
      saveGrantKey: options.saveGrantKey,
      onLockMoved: () => this.#lockMoved(),
      onUnbacked: (peers) => this.#revoke(peers),
      log,
    });
    this.directory = new PeerDirectory({
      self: activation.self.id,
      now,
      // The adapter may be up before the control plane was reached. A first packet waits for that: it would
      // be refused, and what a program sends next comes a second later.
      ask: async (method, params) => {
        await this.#introduced.promise;
        return this.control.request(method, params);
      },
      verify: (grant) => this.trust.verify(grant),
      onGrant: (peer) => this.link.granted(peer),
      onForgotten: (machine) => this.link.forgotten(machine),
    });
    this.#brought = new BroughtGrants({
      self: activation.self.id,
      verify: (grant) => this.trust.verify(grant),
      holds: (peer) => this.directory.get(peer) !== undefined,
      isRevoked: async (peer) => (await this.control.request('sync', { peers: [peer] })).revoked.includes(peer),
      now,
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
    this.#diagnostics = new Diagnostics({
      diagnose: options.diagnose,
      send: (checks) => this.control.request('diagnostics', { checks }),
      log,
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
      onChange: (change) => {
        log('surroundings changed', { change });
        this.#connections.surroundingsChanged(change);
        void this.#local.look();
      },
    });
    this.#connections = new ServerConnections({
      board,
      control: this.control,
      relay: this.relay,
      holdsTicket: () => this.#ticket.holds,
      servers: () => ({ control: activation.server, relay: this.#relayTarget().server }),
      mayLive: (localAddress) => this.#surroundings.mayLive(localAddress),
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
    if (parts.adapter.state === 'failed') board.pending('adapter');
    if (parts.names.state === 'failed') board.pending('names');
    this.#connections.tryAgain();
    void this.#local.look();
  }

  /** Proves every part anew, as far as that takes no longer than people wait; failures are on the board. */
  async prove(): Promise<void> {
    const enough = AbortSignal.timeout(PROOF_WAIT_MS);
    const late = new Promise<void>((resolve) => enough.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.all([this.#connections.prove(enough), Promise.race([this.#local.look(), late])]);
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

  #controlHandlers(): ConstructorParameters<typeof ControlClient>[0]['handlers'] {
    const { board, log } = this.#options;
    return {
      onProven: () => {
        if (board.parts.control.state === 'ok') board.proven('control');
        else board.works('control', this.#options.activation.server, skewWarning(this.#options.clock.offsetMs));
      },
      onDoubtful: () => this.#connections.doubtful('control'),
      onOnline: (connection) => {
        log('control online', { connection });
        this.#brought.toldFromNow();
        this.link.clockLearnt();
        void this.trust.followLock(this.#self).then(() => {
          this.#introduced.resolve();
          if (this.control.online) this.#activated();
        });
        // Nobody could be asked a moment ago.
        this.link.router.forgetRefusals();
        board.policyRefreshedAt = Date.now();
        this.#activated();
        board.works('control', this.#options.activation.server, skewWarning(this.#options.clock.offsetMs));
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
      onDiagnose: () => void this.#diagnostics.asked(),
      livePeers: () => this.directory.ids(),
    };
  }

  #openRelay(): RelayClient {
    const { board, log } = this.#options;
    return new RelayClient({
      memory: this.#memory,
      openWire: this.#options.network?.openWire,
      target: { ...this.#relayTarget(), addresses: this.#addresses, proxies: this.#options.proxies },
      handlers: {
        ticket: () => this.#ticket.fresh(),
        ticketDueMs: () => this.#ticket.dueMs,
        onConnected: (connection) => {
          log('relay online', { connection });
          this.link.reconnected();
          this.#reporter.changed();
        },
        onProven: (roundTripMs) => {
          board.proven('relay');
          if (roundTripMs !== undefined) board.relayRoundTripMs = roundTripMs;
        },
        onDoubtful: () => this.#connections.doubtful('relay'),
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

  /** Another lock holds. A session whose grant is gone has nothing that could be judged by it, and ends. */
  #lockMoved(): void {
    this.#activated();
    const granted = new Set(this.directory.ids());
    for (const { id } of [...this.link.peers()]) if (!granted.has(id)) this.link.revoke(id);
  }

  #activated(): void {
    const { name } = this.#self.subscription;
    const detail = this.trust.locked ? `in ${name}, locked` : `in ${name}`;
    this.#options.board.works('activation', detail, this.trust.warning(this.#self));
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
    void this.trust.followGrantKey(self);
    if (JSON.stringify(before.lock) !== JSON.stringify(self.lock)) {
      void this.trust.followLock(self).then(() => this.control.online && this.#activated());
    }
    if (before.name !== self.name) this.directory.expireNames();
    const suffixes = ({ dnsRoutes = [] }: SelfFacts) => dnsRoutes.map(({ suffix }) => suffix).join(' ');
    if (before.subscription.name !== self.subscription.name || suffixes(before) !== suffixes(self)) {
      void this.#local.look();
    }
  }
}
