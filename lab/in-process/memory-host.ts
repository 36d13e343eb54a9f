/**
 * A computer without an operating system: the agent's `Host` on the in-memory adapter. Names are not set
 * up anywhere; what the agent would answer can be asked here.
 */
import type { Host, HostDescription, NameLookup, SetUp } from '#agent/engine/host.ts';
import type { OuterNetwork } from '#agent/surroundings.ts';
import type { Adapter } from '#native/adapter.ts';
import { createMemoryAdapter, type MemoryOs } from '#native/memory-adapter.ts';
import type { SelfFacts } from '#protocol/control-messages.ts';

export class MemoryHost implements Host {
  /** The network stack on the other side of the newest adapter. */
  os: MemoryOs | undefined;
  lookup: NameLookup | undefined;
  self: SelfFacts | undefined;
  /** Adapters made since the start. */
  adapters = 0;

  /** What the computer is connected to; see {@link changeNetwork}. */
  network: OuterNetwork = { connected: true, wayOut: 'a', sources: [], addresses: 'a' };
  #onNetworkEvent: () => void = () => undefined;

  /** As if cables were moved, with the kernel's notice of it. */
  changeNetwork(network: OuterNetwork): void {
    this.network = network;
    this.#onNetworkEvent();
  }

  outerNetwork(): OuterNetwork {
    return this.network;
  }

  watchOuterNetwork(onEvent: () => void): Disposable {
    this.#onNetworkEvent = onEvent;
    return { [Symbol.dispose]: () => undefined };
  }

  restoreLeftovers(): Promise<void> {
    return Promise.resolve();
  }

  openAdapter(): Promise<Adapter> {
    const { adapter, os } = createMemoryAdapter();
    this.os = os;
    this.adapters++;
    return Promise.resolve(adapter);
  }

  configureNetwork(_adapter: Adapter, self: SelfFacts): Promise<SetUp> {
    this.self = self;
    return Promise.resolve(setUp('in memory'));
  }

  setUpNames(_adapter: Adapter, _self: SelfFacts, lookup: NameLookup): Promise<SetUp> {
    this.lookup = lookup;
    return Promise.resolve(setUp('in memory'));
  }

  proveRoute(): Promise<string> {
    return Promise.resolve('in memory');
  }

  proveSuffix(): Promise<{ detail: string }> {
    return Promise.resolve({ detail: 'in memory' });
  }

  describe(): Promise<HostDescription> {
    return Promise.resolve({ addresses: ['in memory'], routes: [], resolver: [] });
  }
}

function setUp(detail: string): SetUp {
  return { detail, prove: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() };
}
