/**
 * Decides at the start whether this application runs the agent: only where it has the right to, and only
 * when nobody else does. Later an agent that goes away is not replaced: it may be on its way back.
 */
import { connectAgent } from '#agent/local-api/client.ts';
import { asRefusal, type CausewayError, isRefusal } from '#protocol/errors.ts';
import type { HostingRight } from './hosting-right.ts';

interface Hosted extends AsyncDisposable {
  readonly settled: Promise<void>;
  readonly failure: CausewayError | undefined;
}

export interface HostingOptions {
  /** Undefined where this application may not. */
  readonly right: HostingRight | undefined;
  /** Of its owner: where an agent may be, and where a hosted one listens. */
  readonly socket: string;
  /** Loads the engine and starts it. */
  readonly start: (options: HostingRight & { readonly socket: string }) => Promise<Hosted>;
}

export class Hosting implements AsyncDisposable {
  /** Resolves when it is decided who runs the agent, and the hosted one answers or has failed. */
  readonly settled: Promise<void>;
  #agent: Hosted | undefined;
  #failure: CausewayError | undefined;

  constructor({ right, socket, start }: HostingOptions) {
    this.settled = right === undefined ? Promise.resolve() : this.#decide(right, socket, start);
  }

  /** Why an agent that should run here does not. */
  get failure(): CausewayError | undefined {
    return this.#agent?.failure ?? this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled;
    await this.#agent?.[Symbol.asyncDispose]();
  }

  async #decide(right: HostingRight, socket: string, start: HostingOptions['start']) {
    if (await isServed(socket)) return;
    try {
      this.#agent = await start({ ...right, socket });
      await this.#agent.settled;
    } catch (error) {
      // The engine or its native code can not be loaded.
      this.#failure = asRefusal(error);
    }
  }
}

/** Whoever does not let us in is there all the same. */
async function isServed(socket: string): Promise<boolean> {
  try {
    const client = await connectAgent(socket);
    client[Symbol.dispose]();
    return true;
  } catch (error) {
    return !isRefusal(error, 'AGENT_NOT_RUNNING');
  }
}
