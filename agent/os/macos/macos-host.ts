/**
 * The real `Host` on macOS: utun, addresses and routes by system calls, files in /etc/resolver; each proven by asking
 * the system itself.
 */
import { readdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Adapter } from '#native/adapter.ts';
import { listRoutes, watchNetwork } from '#native/macos/network-settings.ts';
import { openAdapter } from '#native/open-adapter.ts';
import { ipv6Range } from '#protocol/addresses.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import { proveSuffix } from '../../dns/prove-suffix.ts';
import type { Host, HostDescription, NameLookup, SetUp } from '../../engine/host.ts';
import type { OuterNetwork } from '../../surroundings.ts';
import { setUpOwnNames } from '../own-names.ts';
import { configureMacNetwork, macOuterNetwork, proveMacRoute } from './network.ts';
import { RESOLVER_DIRECTORY, restoreResolverFiles, setUpResolverFiles } from './resolver-files.ts';

/** macOS has no other address of loopback than this until somebody makes one, and its port 53 may be another's. */
const DNS_PLACE = { address: '127.0.0.1', port: 0 } as const;

export interface MacHostOptions {
  readonly stateDirectory: string;
  /** `utun5`, or `utun` for the next that is free. */
  readonly adapterName: string;
}

export class MacHost implements Host {
  readonly #options: MacHostOptions;
  /** As macOS has named it. */
  #adapter: string | undefined;

  constructor(options: MacHostOptions) {
    this.#options = options;
  }

  /** The adapter went with its process; the files did not. */
  async restoreLeftovers(): Promise<void> {
    await restoreResolverFiles(this.#options);
  }

  openAdapter(): Promise<Adapter> {
    return openAdapter({ name: this.#options.adapterName }, process.platform);
  }

  async configureNetwork(adapter: Adapter, self: SelfFacts): Promise<SetUp> {
    const { ipv4, ipv6 } = self;
    const setup = configureMacNetwork(adapter.name, { ipv4, ipv6, ipv6Range: ipv6Range(self.subscription.id) });
    this.#adapter = adapter.name;
    return {
      detail: adapter.name,
      prove: async () => setup.prove(),
      [Symbol.asyncDispose]: async () => setup[Symbol.dispose](),
    };
  }

  outerNetwork(ours: readonly string[]): OuterNetwork {
    return macOuterNetwork(ours);
  }

  watchOuterNetwork(onEvent: () => void): Disposable {
    try {
      return watchNetwork({ onEvent, onFailure: onEvent });
    } catch {
      // Whoever asked looks every few seconds all the same.
      return { [Symbol.dispose]: () => undefined };
    }
  }

  setUpNames(_adapter: Adapter, self: SelfFacts, lookup: NameLookup): Promise<SetUp> {
    return setUpOwnNames({
      self,
      lookup,
      place: DNS_PLACE,
      // Where the network outside has no IPv6, macOS asks no server for AAAA (`scutil --dns`: "Request A records").
      provesIpv6: false,
      lead: async (names) => {
        await setUpResolverFiles(this.#options, names);
        return {
          mode: `${RESOLVER_DIRECTORY}, at ${names.server.address}:${names.server.port}`,
          restore: async () => {
            await restoreResolverFiles(this.#options);
          },
        };
      },
    });
  }

  async proveRoute(towards: { readonly ipv4: string; readonly ipv6: string }): Promise<string> {
    if (this.#adapter === undefined) throw new CausewayError('ADAPTER_FAILED', { cause: 'there is none' });
    return proveMacRoute(this.#adapter, [towards.ipv4, towards.ipv6]);
  }

  proveSuffix(route: DnsRoute, lookup: NameLookup): Promise<{ detail: string; remedy?: string }> {
    return proveSuffix(route, lookup);
  }

  async describe(): Promise<HostDescription> {
    const addresses = Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
      list.map(({ cidr, address }) => `${name} ${cidr ?? address}`),
    );
    const files = await readdir(RESOLVER_DIRECTORY).catch((error: unknown) => [String(error)]);
    return {
      addresses,
      routes: routeLines(),
      resolver: [...files.map((name) => `${RESOLVER_DIRECTORY}/${name}`), 'see scutil --dns'],
    };
  }
}

function routeLines(): string[] {
  try {
    return listRoutes().map(
      ({ destination, gateway, interface: name }) => `${destination} ${gateway ?? 'direct'} ${name}`,
    );
  } catch (error) {
    return [String(error)];
  }
}
