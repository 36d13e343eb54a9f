/**
 * A machine taking part in its network: everything that is alive between `up` and `down`, composed here
 * and undone as one. Each part reports to the status board what it proved.
 */
import { type CryptoKey, importJWK } from 'jose';
import type { Adapter } from '#native/adapter.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { type GrantClaims, verifyGrant } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';
import { ControlClient } from '../control/client.ts';
import { cpuFlags, type Software } from '../control/software.ts';
import { durationText } from '../duration.ts';
import { RelayClient, type RelayTicket } from '../relay/client.ts';
import type { ServerClock } from '../server-clock.ts';
import type { Activation } from '../state/activation-file.ts';
import type { Identity } from '../state/identity.ts';
import type { Host, NameLookup, SetUp } from './host.ts';
import { PeerDirectory } from './peer-directory.ts';
import type { StatusBoard } from './status-board.ts';
import { TunnelLink } from './tunnel-link.ts';

export interface MembershipOptions {
  readonly activation: Activation;
  readonly identity: Identity;
  readonly software: Software;
  readonly clock: ServerClock;
  readonly board: StatusBoard;
  readonly host: Host;
  /** The machine's own facts changed and should be stored. */
  readonly onSelf: (self: SelfFacts) => void;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** How soon a failed adapter or resolver set-up is tried again. */
const REPAIR_AFTER_MS = 2_000;
/** How often adapter and names are proven without being asked: nobody shall see an older "ok" than this. */
const PROVE_EVERY_MS = 60_000;

export class Membership implements AsyncDisposable {
  readonly directory: PeerDirectory;
  readonly link: TunnelLink;
  readonly control: ControlClient;
  readonly relay: RelayClient;
  readonly #options: MembershipOptions;
  readonly #grantKey: CryptoKey;
  #self: SelfFacts;
  #ticket: RelayTicket | undefined;
  #adapter: Adapter | undefined;
  #network: SetUp | undefined;
  #names: SetUp | undefined;
  /** Set-ups and tear-downs of the local side happen one after another. */
  #localWork: Promise<void> = Promise.resolve();
  #repair: NodeJS.Timeout | undefined;
  readonly #proofs: NodeJS.Timeout;
  #stopped = false;

  static async start(options: MembershipOptions): Promise<Membership> {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: options.activation.grantKey };
    return new Membership(options, (await importJWK(jwk, 'EdDSA')) as CryptoKey);
  }

  private constructor(options: MembershipOptions, grantKey: CryptoKey) {
    const { activation, identity, clock, software } = options;
    this.#options = options;
    this.#grantKey = grantKey;
    this.#self = activation.self;
    const now = () => clock.now();
    this.directory = new PeerDirectory({
      self: activation.self.id,
      now,
      ask: (method, params) => this.control.request(method, params),
      verify: (grant) => this.#verify(grant),
      onGrant: (peer) => this.link.granted(peer),
    });
    this.link = new TunnelLink({
      self: activation.self,
      identity,
      directory: this.directory,
      cpuFlags: cpuFlags(),
      now,
      sendFrame: (frame) => this.relay.send(frame),
      verifyGrant: (grant) => this.#verify(grant),
      onAdapterFailure: (error) => this.#adapterFailed(error),
      log: options.log,
    });
    options.board.pending('control', activation.server);
    options.board.pending('relay', this.#relayTarget().server);
    this.control = new ControlClient({
      target: activation,
      machine: activation.self.id,
      identity,
      software,
      clock,
      handlers: this.#controlHandlers(),
    });
    this.relay = this.#openRelay();
    this.#setUpLocally();
    this.#proofs = setInterval(() => void this.#proveLocally(), PROVE_EVERY_MS);
  }

  get self(): SelfFacts {
    return this.#self;
  }

  /** Proves every part anew; failures are on the board, not thrown. */
  async prove(): Promise<void> {
    this.control.connectNow();
    this.relay.connectNow();
    await this.#localWork;
    await this.#proveLocally();
  }

  async #proveLocally(): Promise<void> {
    const { board } = this.#options;
    for (const [name, setUp] of [
      ['adapter', this.#network],
      ['names', this.#names],
    ] as const) {
      if (setUp === undefined) continue;
      try {
        await setUp.prove();
        board.proven(name);
      } catch (error) {
        if (this.#stopped) return;
        board.failed(name, asRefusal(error));
        if (name === 'adapter') this.#adapterFailed(error);
      }
    }
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
    this.#stopped = true;
    clearTimeout(this.#repair);
    clearInterval(this.#proofs);
    this.control[Symbol.dispose]();
    this.relay[Symbol.dispose]();
    await this.#localWork.catch(() => undefined);
    await this.#tearDownLocally();
    this.link[Symbol.dispose]();
    for (const part of ['control', 'relay', 'adapter', 'names'] as const) this.#options.board.off(part);
  }

  #controlHandlers(): ConstructorParameters<typeof ControlClient>[0]['handlers'] {
    const { board, log } = this.#options;
    return {
      onProven: () => board.proven('control'),
      onOnline: () => {
        board.policyRefreshedAt = Date.now();
        board.proven('activation', `in ${this.#self.subscription.name}`);
        board.proven('control', this.#options.activation.server, this.#clockWarning());
        if (!this.relay.connected) this.relay.connectNow();
      },
      onOffline: (error, final) => {
        log('control offline', { code: error.code, final });
        board.failed('control', error);
        if (final) {
          board.failed('activation', error);
          this.#revoke(this.directory.ids());
        }
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
      livePeers: () => this.directory.ids(),
    };
  }

  #openRelay(): RelayClient {
    const { board, log } = this.#options;
    return new RelayClient({
      target: this.#relayTarget(),
      handlers: {
        ticket: () => this.#freshTicket(),
        onConnected: () => {
          this.link.reconnected();
          this.#report('connected');
        },
        onProven: (roundTripMs) => {
          board.proven('relay');
          if (roundTripMs !== undefined) board.relayRoundTripMs = roundTripMs;
        },
        onDisconnected: (error) => {
          log('relay offline', { code: error.code });
          if (isRefusal(error, 'TICKET_REFUSED')) this.#ticket = undefined;
          board.failed('relay', error);
        },
        onData: (peer, payload) => this.link.incoming(peer, payload),
        onPeerGone: (peer, reason) => this.link.peerGone(peer, reason),
        onDrained: () => this.link.drained(),
      },
    });
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

  #report(relay: 'connected' | 'disconnected'): void {
    const roundTrip = this.#options.board.relayRoundTripMs;
    const sessions = [...this.link.peers()].filter((peer) => peer.state === 'connected').length;
    this.control
      .request('report', { relay, sessions, ...(roundTrip === null ? {} : { relayRoundTripMs: roundTrip }) })
      // The next report tells the same; the portal shows its age.
      .catch(() => undefined);
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
  }

  #clockWarning(): CausewayError | undefined {
    const offset = this.#options.clock.offsetMs ?? 0;
    if (Math.abs(offset) < LIMITS.CLOCK_SKEW_WARN_MS.value) return undefined;
    return new CausewayError('CLOCK_SKEWED', { skew: durationText(offset) });
  }

  #setUpLocally(): void {
    this.#localWork = this.#localWork.then(async () => {
      if (this.#stopped) return;
      if (this.#network === undefined) await this.#setUpAdapter();
      if (this.#network !== undefined && this.#names === undefined) await this.#setUpNames();
    });
  }

  async #setUpAdapter(): Promise<void> {
    const { host, board } = this.#options;
    board.pending('adapter');
    try {
      this.#adapter = await host.openAdapter();
      this.#network = await host.configureNetwork(this.#adapter, this.#self);
      this.link.attach(this.#adapter);
      await this.#network.prove();
      board.proven('adapter', this.#network.detail, this.#network.warning);
    } catch (error) {
      await this.#tearDownLocally();
      board.failed('adapter', asRefusal(error));
      this.#repairLater();
    }
  }

  async #setUpNames(): Promise<void> {
    const { host, board } = this.#options;
    if (this.#adapter === undefined) return;
    board.pending('names');
    try {
      this.#names = await host.setUpNames(this.#adapter, this.#self, this.#lookup());
      await this.#names.prove();
      board.proven('names', this.#names.detail, this.#names.warning);
    } catch (error) {
      board.failed('names', asRefusal(error));
      this.#repairLater();
    }
  }

  async #tearDownLocally(): Promise<void> {
    const [names, network, adapter] = [this.#names, this.#network, this.#adapter];
    this.#names = undefined;
    this.#network = undefined;
    this.#adapter = undefined;
    this.link.attach(undefined);
    for (const setUp of [names, network]) {
      try {
        await setUp?.[Symbol.asyncDispose]();
      } catch (error) {
        this.#options.log('could not undo', { error: String(error) });
      }
    }
    adapter?.[Symbol.dispose]();
  }

  #adapterFailed(error: unknown): void {
    if (this.#stopped || this.#adapter === undefined) return;
    this.#options.board.failed('adapter', asRefusal(error));
    this.#localWork = this.#localWork.then(() => this.#tearDownLocally());
    this.#repairLater();
  }

  #repairLater(): void {
    if (this.#stopped) return;
    clearTimeout(this.#repair);
    this.#repair = setTimeout(() => this.#setUpLocally(), REPAIR_AFTER_MS);
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

/** Whatever goes wrong on the local side that is no refusal already is the adapter's failure. */
function asRefusal(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  const cause = error instanceof Error ? error.message : String(error);
  return new CausewayError('ADAPTER_FAILED', { cause }, { cause: error });
}
