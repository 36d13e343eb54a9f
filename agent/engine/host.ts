/**
 * What the engine needs of the computer it runs on, as one interface: the real one is in os-host.ts,
 * tests give an in-memory one. Everything a `Host` sets up is undone by disposing what it returned.
 */
import type { Adapter } from '#native/adapter.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import type { CausewayError } from '#protocol/errors.ts';
import type { Label } from '#protocol/names.ts';
import type { OuterNetwork } from '../surroundings.ts';

/** Whom a name or address stands for, as far as policy lets this machine know. */
export interface NameLookup {
  /** This machine as it is called now: it may be renamed while it is up. */
  self(): SelfFacts;
  byName(name: Label): Promise<{ ipv4: string; ipv6: string } | 'unknown' | 'unavailable'>;
  byAddress(address: string): Promise<{ name: Label } | 'unknown' | 'unavailable'>;
  /** On-premises suffixes and the machines that answer for them, as they are now. */
  routes(): readonly DnsRoute[];
}

export interface SetUp extends AsyncDisposable {
  /** How it was set up, in a few words for people. */
  readonly detail: string;
  /** What the owner should know though it works, e.g. that IPv6 is switched off. */
  readonly warning?: CausewayError | undefined;
  /**
   * Tests that it still holds, on the computer itself.
   * @throws CausewayError
   */
  prove(): Promise<void>;
}

/** What the system itself says of what was set up on it: lines as its own programs print them. */
export interface HostDescription {
  readonly addresses: readonly string[];
  readonly routes: readonly string[];
  readonly resolver: readonly string[];
}

export interface Host {
  /** Undoes what a killed agent left behind. */
  restoreLeftovers(): Promise<void>;
  /** @throws CausewayError TUN_MISSING, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED */
  openAdapter(): Promise<Adapter>;
  /** Addresses and routes. @throws CausewayError PRIVILEGE_MISSING, ADDRESS_RANGE_OVERLAP, ADAPTER_FAILED */
  configureNetwork(adapter: Adapter, self: SelfFacts): Promise<SetUp>;
  /** How this computer is connected now, without the adapter that has the addresses `ours`. */
  outerNetwork(ours: readonly string[]): OuterNetwork;
  /** Calls back when that may have changed, if the system tells; whoever needs to know looks now and then as well. */
  watchOuterNetwork(onEvent: () => void): Disposable;
  /** DNS answers and the system's resolver. @throws CausewayError PORT_IN_USE, DIRECTORY_READ_ONLY, DISK_FULL */
  setUpNames(adapter: Adapter, self: SelfFacts, lookup: NameLookup): Promise<SetUp>;
  /**
   * Asks the system which way packets for a machine of the overlay go.
   * @returns the way, in a few words for people
   * @throws CausewayError ROUTE_ELSEWHERE, COMMAND_MISSING, TIMED_OUT
   */
  proveRoute(towards: { readonly ipv4: string; readonly ipv6: string }): Promise<string>;
  /**
   * Asks the DNS servers of an on-premises suffix whether they answer for it.
   * @returns what they said, in sentences for people
   * @throws CausewayError DNS_SUFFIX_UNANSWERED
   */
  proveSuffix(route: DnsRoute, lookup: NameLookup): Promise<{ detail: string; remedy?: string }>;
  /** Never rejects: what can not be found out is a line that says so. */
  describe(): Promise<HostDescription>;
}
