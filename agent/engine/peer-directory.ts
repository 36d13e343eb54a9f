/**
 * Which overlay address belongs to which peer, learnt one grant at a time: a name is looked up or a first
 * packet goes to an address, and the control plane is asked once. Holds grants and answers, not keys or
 * sessions (the tunnel's), and bounds what it remembers.
 */
import { formatIpv6, isIpv6, parseIpv6 } from '#protocol/addresses.ts';
import type { ControlMethod, ControlParams, ControlResult, GrantedPeer } from '#protocol/control-messages.ts';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { type GrantClaims, type GrantedMachine, otherMachine } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Label } from '#protocol/names.ts';

export interface KnownPeer {
  readonly machine: GrantedMachine;
  readonly grant: string;
  readonly claims: GrantClaims;
  /** When the control plane last said so, server's clock. */
  readonly learntAt: number;
}

export interface DirectoryOptions {
  readonly self: MachineId;
  /** Milliseconds of the Unix epoch, server's clock. */
  readonly now: () => number;
  ask<Method extends ControlMethod>(method: Method, params: ControlParams<Method>): Promise<ControlResult<Method>>;
  /** Signature and expiry. */
  verify(grant: string): Promise<GrantClaims>;
  /** Another grant is valid from now on. */
  onGrant(peer: KnownPeer): void;
  /** What was known of this machine is known no longer. */
  onForgotten(machine: GrantedMachine): void;
}

/** How long an answer about a name is used again without asking: as long as the DNS answers' TTL. */
const NAME_FRESH_MS = LIMITS.DNS_TTL_S.value * 1000;
/** The same for the answer that there is none; whoever resolves names here keeps it no longer either. */
const UNKNOWN_FRESH_MS = LIMITS.DNS_NEGATIVE_TTL_S.value * 1000;

export class PeerDirectory {
  readonly #options: DirectoryOptions;
  readonly #peers = new Map<MachineId, KnownPeer>();
  readonly #byAddress = new Map<string, MachineId>();
  readonly #byName = new Map<Label, MachineId>();
  /** Names that nobody has whom we may reach, and when that was said; each until its time is over. */
  readonly #unknown = new Map<Label, number>();
  readonly #asking = new Map<string, Promise<KnownPeer>>();
  /** Answers whose grants are being verified, and whether they were overtaken by a revocation. */
  readonly #verifying = new Set<{ readonly id: MachineId; revoked: boolean }>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Machines whose grants are in use. */
  ids(): MachineId[] {
    return [...this.#peers.keys()];
  }

  get(id: MachineId): KnownPeer | undefined {
    return this.#peers.get(id);
  }

  /** The peer that has an overlay address (text form), if a grant for it is held. */
  atAddress(address: string): KnownPeer | undefined {
    const id = this.#byAddress.get(address);
    return id === undefined ? undefined : this.#peers.get(id);
  }

  /**
   * @throws CausewayError NAME_UNKNOWN, or why the control plane can not be asked (then a known answer is used, if any)
   */
  async byName(name: Label): Promise<KnownPeer> {
    const known = this.#known(this.#byName.get(name));
    const now = this.#options.now();
    if (known !== undefined && now - known.learntAt < NAME_FRESH_MS) return known;
    if (now - (this.#unknown.get(name) ?? Number.NEGATIVE_INFINITY) < UNKNOWN_FRESH_MS) {
      throw new CausewayError('NAME_UNKNOWN', { name });
    }
    try {
      return await this.#orKnown(known, () =>
        this.#ask(`name ${name}`, 'peerByName', { name }, (machine) => machine.name === name),
      );
    } catch (error) {
      if (isRefusal(error, 'NAME_UNKNOWN')) this.#learnUnknown(name);
      throw error;
    }
  }

  /** @throws CausewayError POLICY_DENIED, or why the control plane can not be asked */
  async byAddress(address: string): Promise<KnownPeer> {
    const has = ({ ipv4, ipv6 }: GrantedMachine) => address === ipv4 || sameIpv6(address, ipv6);
    return this.atAddress(address) ?? (await this.#ask(`address ${address}`, 'peerByAddress', { address }, has));
  }

  /** A fresh grant, whatever is known. @throws CausewayError POLICY_DENIED, or why the control plane can not be asked */
  renew(id: MachineId): Promise<KnownPeer> {
    return this.#ask(`machine ${id}`, 'peerById', { machine: id }, (machine) => machine.id === id);
  }

  /** Takes in a grant that a peer brought along in its handshake, already verified. */
  learn(grant: string, claims: GrantClaims): KnownPeer {
    const machine = otherMachine(claims, this.#options.self);
    const before = this.#peers.get(machine.id);
    if (before !== undefined && before.claims.exp >= claims.exp) return before;
    const peer: KnownPeer = { machine, grant, claims, learntAt: this.#options.now() };
    if (before !== undefined) this.#drop(before);
    this.#makeRoom();
    this.#peers.set(machine.id, peer);
    this.#byAddress.set(machine.ipv4, machine.id).set(machine.ipv6, machine.id);
    this.#byName.set(machine.name, machine.id);
    this.#options.onGrant(peer);
    return peer;
  }

  /** Policy no longer lets us talk to it. */
  forget(id: MachineId): void {
    for (const answer of this.#verifying) if (answer.id === id) answer.revoked = true;
    const peer = this.#peers.get(id);
    if (peer !== undefined) this.#drop(peer);
  }

  /** Names may stand for others now: ask again at the next use. */
  expireNames(): void {
    this.#byName.clear();
    this.#unknown.clear();
  }

  /**
   * @param isAsked whether the answer is of the machine that was asked for: another one, which policy and lock
   *   know as well, would get what is meant for this one
   */
  async #ask<Method extends 'peerByName' | 'peerByAddress' | 'peerById'>(
    key: string,
    method: Method,
    params: ControlParams<Method>,
    isAsked: (machine: GrantedMachine) => boolean,
  ): Promise<KnownPeer> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const asked = this.#options
      .ask(method, params)
      .then((answer) => this.#accept(answer as GrantedPeer, isAsked))
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  async #accept({ grant, peer }: GrantedPeer, isAsked: (machine: GrantedMachine) => boolean): Promise<KnownPeer> {
    const answer = { id: peer.id, revoked: false };
    this.#verifying.add(answer);
    const claims = await this.#options.verify(grant).finally(() => this.#verifying.delete(answer));
    // The server said this first and then revoked it: it is asked what holds now.
    if (answer.revoked) return this.#accept(await this.#options.ask('peerById', { machine: peer.id }), isAsked);
    const machine = otherMachine(claims, this.#options.self);
    if (machine.id !== peer.id || !isAsked(machine)) throw new CausewayError('GRANT_NOT_FOR_US');
    const known = this.learn(grant, claims);
    const refreshed = { ...known, learntAt: this.#options.now() };
    this.#peers.set(peer.id, refreshed);
    this.#byName.set(known.machine.name, peer.id);
    return refreshed;
  }

  async #orKnown(known: KnownPeer | undefined, ask: () => Promise<KnownPeer>): Promise<KnownPeer> {
    try {
      return await ask();
    } catch (error) {
      // The policy's own answer counts; a control plane that does not answer leaves what was true before.
      if (known === undefined || isRefusal(error, 'NAME_UNKNOWN') || isRefusal(error, 'POLICY_DENIED')) throw error;
      return known;
    }
  }

  /** Bounded; the oldest are the first to be over. */
  #learnUnknown(name: Label): void {
    const now = this.#options.now();
    this.#unknown.delete(name);
    this.#unknown.set(name, now);
    for (const [other, at] of this.#unknown) {
      if (now - at < UNKNOWN_FRESH_MS && this.#unknown.size <= LIMITS.LOOKUPS_PENDING_MAX.value) return;
      this.#unknown.delete(other);
    }
  }

  #known(id: MachineId | undefined): KnownPeer | undefined {
    const peer = id === undefined ? undefined : this.#peers.get(id);
    return peer !== undefined && peer.claims.exp * 1000 > this.#options.now() ? peer : undefined;
  }

  #makeRoom(): void {
    if (this.#peers.size < LIMITS.PEERS_MAX.value) return;
    const now = this.#options.now() / 1000;
    for (const peer of this.#peers.values()) if (peer.claims.exp <= now) this.#drop(peer);
    const oldest = this.#peers.values().next().value;
    if (this.#peers.size >= LIMITS.PEERS_MAX.value && oldest !== undefined) this.#drop(oldest);
  }

  #drop({ machine }: KnownPeer): void {
    this.#options.onForgotten(machine);
    this.#peers.delete(machine.id);
    this.#byAddress.delete(machine.ipv4);
    this.#byAddress.delete(machine.ipv6);
    if (this.#byName.get(machine.name) === machine.id) this.#byName.delete(machine.name);
  }
}

/** Addresses have one text form here; a server may write them in another. */
function sameIpv6(one: string, other: string): boolean {
  return isIpv6(one) && isIpv6(other) && formatIpv6(parseIpv6(one)) === formatIpv6(parseIpv6(other));
}
