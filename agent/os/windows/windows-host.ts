/**
 * The real `Host` on Windows: Wintun, the IP Helper API, the Name Resolution Policy Table; each proven by
 * asking the system itself.
 */
import type { Adapter } from '#native/adapter.ts';
import { openAdapter } from '#native/open-adapter.ts';
import { adapterGuid } from '#native/windows/adapter-guid.ts';
import { aliasOf, type Luid, listAddresses, listRoutes } from '#native/windows/ip-helper.ts';
import { luidOfAdapter } from '#native/windows/wintun-adapter.ts';
import { ipv6Range } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import { proveSuffix } from '../../dns/prove-suffix.ts';
import type { Host, HostDescription, NameLookup, SetUp } from '../../engine/host.ts';
import type { OuterNetwork } from '../../surroundings.ts';
import { setUpOwnNames } from '../own-names.ts';
import { removeNames, setUpNames } from './names.ts';
import { configureWindowsNetwork, proveWindowsRoute } from './network.ts';
import { PrivateNetwork } from './network-category.ts';
import { windowsOuterNetwork } from './outer-network.ts';

export class WindowsHost implements Host {
  readonly #adapterName: string;
  /** Set by the network set-up: without IPv6 on this computer, names have no AAAA to prove. */
  #withIpv6 = true;
  #ours: { readonly luid: Luid; readonly adapter: string } | undefined;

  constructor({ adapterName }: { readonly adapterName: string }) {
    this.#adapterName = adapterName;
  }

  /** The adapter went with its process; what is in the registry did not. */
  async restoreLeftovers(): Promise<void> {
    removeNames(adapterGuid(this.#adapterName));
  }

  openAdapter(): Promise<Adapter> {
    return openAdapter({ name: this.#adapterName }, process.platform);
  }

  async configureNetwork(adapter: Adapter, self: SelfFacts): Promise<SetUp> {
    const { ipv4, ipv6 } = self;
    const range = ipv6Range(self.subscription.id);
    const ours = { luid: luidOfAdapter(adapter), adapter: adapter.name };
    const setup = configureWindowsNetwork({ ...ours, mtu: adapter.mtu, ipv4, ipv6, ipv6Range: range });
    this.#ours = ours;
    this.#withIpv6 = setup.withIpv6;
    const category = new PrivateNetwork(ours);
    return {
      detail: setup.withIpv6 ? adapter.name : `${adapter.name}, IPv4 only: IPv6 is switched off here`,
      get warning() {
        return category.warning;
      },
      prove: async () => setup.prove(),
      async [Symbol.asyncDispose]() {
        category[Symbol.dispose]();
        setup[Symbol.dispose]();
      },
    };
  }

  outerNetwork(ours: readonly string[]): OuterNetwork {
    return windowsOuterNetwork(ours);
  }

  watchOuterNetwork(): Disposable {
    // Windows tells by callbacks of its own threads, which could wait for this one while it waits for them.
    // Whoever needs to know looks every few seconds all the same.
    return { [Symbol.dispose]: () => undefined };
  }

  setUpNames(_adapter: Adapter, self: SelfFacts, lookup: NameLookup): Promise<SetUp> {
    const guid = adapterGuid(this.#adapterName);
    return setUpOwnNames({
      self,
      lookup,
      provesIpv6: this.#withIpv6,
      lead: async ({ suffix, routedDomains, server: { address } }) => {
        setUpNames({ domains: [suffix, ...routedDomains], suffix, server: address, adapterGuid: guid });
        return { mode: `the name resolution policy, at ${address}`, restore: async () => removeNames(guid) };
      },
    });
  }

  async proveRoute(towards: { readonly ipv4: string; readonly ipv6: string }): Promise<string> {
    if (this.#ours === undefined) throw new CausewayError('ADAPTER_FAILED', { cause: 'there is none' });
    return proveWindowsRoute(this.#ours, this.#withIpv6 ? [towards.ipv4, towards.ipv6] : [towards.ipv4]);
  }

  proveSuffix(route: DnsRoute, lookup: NameLookup): Promise<{ detail: string; remedy?: string }> {
    return proveSuffix(route, lookup);
  }

  async describe(): Promise<HostDescription> {
    const lines = (list: () => string[]) => {
      try {
        return list();
      } catch (error) {
        return [String(error)];
      }
    };
    return {
      addresses: lines(() => listAddresses().map(({ luid, address }) => `${aliasOf(luid)} ${address}`)),
      routes: lines(() =>
        listRoutes().map(({ luid, destination, nextHop }) => `${destination} ${nextHop} ${aliasOf(luid)}`),
      ),
      resolver: ['see Get-DnsClientNrptPolicy -Effective'],
    };
  }
}
