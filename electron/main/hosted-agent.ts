/**
 * The agent inside the application's own process: the same engine and the same local API as the installed
 * service, by which the window and the `causeway` command reach it alike. Loaded only where it is wanted, as
 * it brings the native code. Knows no Electron.
 */
import { runDaemon } from '#agent/cli/daemon.ts';
import type { Host } from '#agent/engine/host.ts';
import { systemHost } from '#agent/os/system-host.ts';
import { systemProxies } from '#agent/proxy/system-proxies.ts';
import { asRefusal, type CausewayError } from '#protocol/errors.ts';
import type { HostingRight } from './hosting-right.ts';

export interface HostedAgentOptions extends HostingRight {
  /** Where it listens. */
  readonly socket: string;
  /** The computer that it sets up; this one unless a test says otherwise. */
  readonly host?: Host;
  readonly logLevel?: string;
}

export class HostedAgent implements AsyncDisposable {
  /** Resolves when its local API answers, or when it has failed. */
  readonly settled: Promise<void>;
  readonly #stop = Promise.withResolvers<string>();
  readonly #run: Promise<void>;
  #failure: CausewayError | undefined;

  constructor(options: HostedAgentOptions) {
    const { stateDirectory, adapterName, socket, logLevel = 'info' } = options;
    const ready = Promise.withResolvers<void>();
    const run = async () =>
      runDaemon({
        stateDirectory,
        socket,
        host: options.host ?? (await systemHost({ stateDirectory, adapterName })),
        proxies: await systemProxies(undefined),
        logLevel,
        stop: this.#stop.promise,
        onReady: () => ready.resolve(),
      });
    this.#run = run().catch((error: unknown) => {
      this.#failure = asRefusal(error);
    });
    this.settled = Promise.race([ready.promise, this.#run]);
  }

  /** Why it does not run, or how its end went wrong. */
  get failure(): CausewayError | undefined {
    return this.#failure;
  }

  /** Resolves when everything that it set up on the computer is undone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.resolve('the application ends');
    await this.#run;
  }
}
