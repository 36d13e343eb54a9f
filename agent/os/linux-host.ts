/**
 * The real `Host` on Linux: TUN adapter, addresses and routes, DNS server and the system's resolver,
 * each proven by asking the system itself.
 */
import { hostname } from 'node:os';
import type { Adapter } from '#native/adapter.ts';
import { watchNetwork } from '#native/linux/network-events.ts';
import { openAdapter } from '#native/open-adapter.ts';
import { ipv6Range } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import { proveSuffix } from '../dns/prove-suffix.ts';
import type { Host, HostDescription, NameLookup, SetUp } from '../engine/host.ts';
import type { OuterNetwork } from '../surroundings.ts';
import { describeNetwork } from './describe-network.ts';
import { configureNetwork } from './network.ts';
import { outerNetwork } from './outer-network.ts';
import { setUpOwnNames } from './own-names.ts';
import { proveNetwork } from './prove-network.ts';
import { proveRoute } from './prove-route.ts';
import { restoreLeftovers, setUpResolver } from './resolver.ts';

export interface LinuxHostOptions {
  readonly stateDirectory: string;
  readonly adapterName: string;
}

export class LinuxHost implements Host {
  readonly #options: LinuxHostOptions;
  /** Set by the network set-up: without IPv6 on this computer, names have no AAAA to prove. */
  #withIpv6 = true;

  constructor(options: LinuxHostOptions) {
    this.#options = options;
  }

  async restoreLeftovers(): Promise<void> {
    await restoreLeftovers({ stateDirectory: this.#options.stateDirectory });
  }

  openAdapter(): Promise<Adapter> {
    return openAdapter({ name: this.#options.adapterName }, process.platform);
  }

  async configureNetwork(adapter: Adapter, self: SelfFacts): Promise<SetUp> {
    const addresses = { ipv4: self.ipv4, ipv6: self.ipv6, ipv6Range: ipv6Range(self.subscription.id) };
    const setup = await configureNetwork({ adapter: adapter.name, mtu: adapter.mtu, ...addresses });
    this.#withIpv6 = setup.ipv6 === 'on';
    return {
      detail: this.#withIpv6 ? adapter.name : `${adapter.name}, IPv4 only: IPv6 is switched off here`,
      prove: () => proveNetwork({ adapter: adapter.name, ...addresses, withIpv6: this.#withIpv6 }),
      [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
    };
  }

  outerNetwork(ours: readonly string[]): OuterNetwork {
    return outerNetwork(ours);
  }

  watchOuterNetwork(onEvent: () => void): Disposable {
    // Whoever asked looks every second all the same.
    const deaf = { [Symbol.dispose]: () => undefined };
    try {
      return watchNetwork({ onEvent, onFailure: onEvent });
    } catch {
      return deaf;
    }
  }

  setUpNames(adapter: Adapter, self: SelfFacts, lookup: NameLookup): Promise<SetUp> {
    return setUpOwnNames({
      self,
      lookup,
      provesIpv6: this.#withIpv6,
      lead: async ({ suffix, routedDomains, server }) => {
        const { stateDirectory } = this.#options;
        const names = { adapter: adapter.name, suffix, routedDomains, server: server.address };
        const resolver = await setUpResolver({ ...names, stateDirectory, hostName: hostname() });
        const { mode, warnings } = resolver;
        return {
          mode,
          warning: warningOf(warnings),
          others: () => resolver.others(),
          restore: () => resolver.restore(),
        };
      },
    });
  }

  proveRoute(towards: { readonly ipv4: string; readonly ipv6: string }): Promise<string> {
    return proveRoute(this.#options.adapterName, this.#withIpv6 ? [towards.ipv4, towards.ipv6] : [towards.ipv4]);
  }

  proveSuffix(route: DnsRoute, lookup: NameLookup): Promise<{ detail: string; remedy?: string }> {
    return proveSuffix(route, lookup);
  }

  describe(): Promise<HostDescription> {
    return describeNetwork(this.#options.adapterName);
  }
}

function warningOf(warnings: readonly string[]): CausewayError | undefined {
  return warnings.length === 0 ? undefined : new CausewayError('NAME_SERVERS_CROWDED', { warning: warnings.join(' ') });
}
