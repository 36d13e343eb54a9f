/**
 * The desktop application's connection to the agent of this computer: looks for it, listens to it, looks
 * again when it has gone. Knows the local API and no Electron.
 */
import { connectLocal, type LocalClient } from '#agent/local-api/client.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { LocalMethod, LocalParams, LocalProgress, LocalResult } from '#protocol/local-api.ts';
import type { AgentNews } from './desktop-state.ts';

const RETRY_MS = 500;

export interface AgentLinkOptions {
  /** Where an agent may listen, the most powerful first. */
  readonly sockets: readonly string[];
  onNews(news: Extract<AgentNews, { type: 'heard' | 'lost' }>): void;
  /** Why there is no agent, from somebody who knows better than its sockets do. */
  absence?(): CausewayError | undefined;
}

export class AgentLink implements Disposable {
  readonly #options: AgentLinkOptions;
  readonly #stop = new AbortController();
  #client: LocalClient | undefined;
  #error = new CausewayError('AGENT_NOT_RUNNING', { socket: 'not looked yet' });

  constructor(options: AgentLinkOptions) {
    this.#options = options;
  }

  /** Looks and listens until disposed; never rejects. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listen(await this.#connect());
      } catch (error) {
        this.#error = this.#options.absence?.() ?? asRefusal(error);
        if (!this.#stop.signal.aborted) this.#options.onNews({ type: 'lost', error: this.#error });
      }
      this.#client = undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** @throws CausewayError why there is no agent, or what it refuses with */
  async call<Method extends LocalMethod>(
    method: Method,
    params: LocalParams<Method>,
    onProgress?: (progress: LocalProgress<Method>) => void,
  ): Promise<LocalResult<Method>> {
    if (this.#client === undefined) throw this.#error;
    return this.#client.call(method, params, onProgress);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    this.#client?.[Symbol.dispose]();
  }

  /** The first that lets us in; otherwise what the last one said that is there at all. */
  async #connect(): Promise<LocalClient> {
    let why = new CausewayError('AGENT_NOT_RUNNING', { socket: this.#options.sockets.join(', ') });
    for (const path of this.#options.sockets) {
      try {
        return await connectLocal(path);
      } catch (error) {
        const refusal = asRefusal(error);
        if (refusal.code !== 'AGENT_NOT_RUNNING') why = refusal;
      }
    }
    throw why;
  }

  async #listen(client: LocalClient): Promise<void> {
    this.#client = client;
    try {
      await client.call('watch', {}, (status) => {
        if (!this.#stop.signal.aborted) this.#options.onNews({ type: 'heard', status });
      });
      throw new CausewayError('AGENT_NOT_RUNNING', { socket: this.#options.sockets.join(', ') });
    } finally {
      client[Symbol.dispose]();
    }
  }
}

function asRefusal(error: unknown): CausewayError {
  if (error instanceof CausewayError) return error;
  const issue = error instanceof Error ? error.message : String(error);
  return new CausewayError('INTERNAL', { issue }, { cause: error });
}
