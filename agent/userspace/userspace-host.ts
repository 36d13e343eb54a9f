/**
 * A computer on which nothing may be set up: no adapter, no routes, no resolver. The network is an IP stack in this
 * process, and programs reach it through {@link Services}.
 */
import type { Adapter } from '#native/adapter.ts';
import { watchNetwork } from '#native/linux/network-events.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { Host, HostDescription, NameLookup, SetUp } from '../engine/host.ts';
import { outerNetwork } from '../os/outer-network.ts';
import type { OuterNetwork } from '../surroundings.ts';
import { UserspaceAdapter } from './adapter.ts';
import type { Services } from './services.ts';
import type { Stack } from './stack.ts';

export class UserspaceHost implements Host {
  readonly #services: Services;
  #stack: Stack | undefined;

  /** @param services outlive this; they belong to the caller */
  constructor(services: Services) {
    this.#services = services;
  }

  async restoreLeftovers(): Promise<void> {}

  async openAdapter(): Promise<Adapter> {
    return new UserspaceAdapter();
  }

  async configureNetwork(adapter: Adapter, self: SelfFacts): Promise<SetUp> {
    if (!(adapter instanceof UserspaceAdapter)) throw new Error('not an adapter of this host');
    this.#stack = adapter.configure(self);
    return {
      detail: 'none needed: an IP stack in the agent',
      prove: async () => adapter.prove(),
      [Symbol.asyncDispose]: async () => {
        this.#stack = undefined;
      },
    };
  }

  outerNetwork(ours: readonly string[]): OuterNetwork {
    return outerNetwork(ours);
  }

  watchOuterNetwork(onEvent: () => void): Disposable {
    try {
      return watchNetwork({ onEvent, onFailure: onEvent });
    } catch {
      // Whoever asked looks every second all the same.
      return { [Symbol.dispose]: () => undefined };
    }
  }

  async setUpNames(_adapter: Adapter, _self: SelfFacts, lookup: NameLookup): Promise<SetUp> {
    const stack = this.#stack;
    if (stack === undefined) throw new CausewayError('ADAPTER_FAILED', { cause: 'the IP stack is gone' });
    this.#services.attach({ stack, lookup });
    return {
      detail: this.#services.summary,
      prove: async () => undefined,
      [Symbol.asyncDispose]: async () => this.#services.attach(undefined),
    };
  }

  async proveRoute(): Promise<string> {
    return 'by the IP stack in the agent';
  }

  async proveSuffix({ suffix }: DnsRoute): Promise<{ detail: string }> {
    return { detail: `Names under ${suffix} are not looked up without an adapter.` };
  }

  async describe(): Promise<HostDescription> {
    return {
      addresses: ['none on this computer: the IP stack is in the agent'],
      routes: ['none'],
      resolver: [this.#services.summary],
    };
  }
}
