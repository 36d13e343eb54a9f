/**
 * What programs on this computer are given when there is no adapter: the proxy, the forwards, and the exposed ports. The
 * sockets on localhost are there from the beginning, so that a port that is taken is known at once; they lead somewhere
 * while the machine is in its network.
 */
import type { DialFailure, Network, Target } from './dial.ts';
import { startExposure } from './expose.ts';
import { startForward } from './forward.ts';
import type { Exposure, Forward } from './mappings.ts';
import { startProxy } from './proxy.ts';

export interface ServicesOptions {
  /** Port of localhost for SOCKS5 and HTTP CONNECT; without one there is no proxy. */
  readonly proxyPort?: number | undefined;
  readonly forwards: readonly Forward[];
  readonly exposures: readonly Exposure[];
  /** A forward led nowhere; told once for each reason. */
  readonly onFailure?: (target: Target, failure: DialFailure) => void;
}

export class Services implements AsyncDisposable {
  readonly #options: ServicesOptions;
  readonly #local: AsyncDisposable[] = [];
  #exposed: Disposable[] = [];
  #network: Network | undefined;
  readonly #lastFailures = new Map<string, DialFailure>();

  /** @throws CausewayError LOCAL_PORT_IN_USE, LOCAL_PORT_FORBIDDEN */
  static async start(options: ServicesOptions): Promise<Services> {
    const services = new Services(options);
    try {
      await services.#listen();
      return services;
    } catch (error) {
      await services[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** What is offered, in a few words for people. */
  get summary(): string {
    const { proxyPort, forwards, exposures } = this.#options;
    const parts = [
      ...(proxyPort === undefined ? [] : [`SOCKS5 and HTTP CONNECT on localhost:${proxyPort}`]),
      ...forwards.map(({ transport, port, to }) => `${transport}/${port} to ${to.host}:${to.port}`),
      ...exposures.map(({ transport, port }) => `${transport}/${port} exposed`),
    ];
    return parts.length === 0 ? 'nothing offered' : parts.join(', ');
  }

  /**
   * The machine is in its network now, or no longer.
   * @throws CausewayError EXPOSED_PORT_TAKEN
   */
  attach(network: Network | undefined): void {
    for (const exposed of this.#exposed) exposed[Symbol.dispose]();
    this.#exposed = [];
    this.#network = network;
    if (network === undefined) return;
    for (const exposure of this.#options.exposures) this.#exposed.push(startExposure(network.stack, exposure));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.attach(undefined);
    for (const local of this.#local.splice(0)) await local[Symbol.asyncDispose]();
  }

  async #listen(): Promise<void> {
    const network = () => this.#network;
    const { proxyPort, forwards } = this.#options;
    if (proxyPort !== undefined) this.#local.push(await startProxy(proxyPort, network));
    const onFailure = (target: Target, failure: DialFailure) => this.#failed(target, failure);
    for (const forward of forwards) this.#local.push(await startForward(forward, { network, onFailure }));
  }

  #failed(target: Target, failure: DialFailure): void {
    const key = `${target.host}:${target.port}`;
    if (this.#lastFailures.get(key) === failure) return;
    this.#lastFailures.set(key, failure);
    this.#options.onFailure?.(target, failure);
  }
}
