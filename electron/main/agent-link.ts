/**
 * The desktop application's connection to the agent of this computer: looks for it, listens to it, says when it
 * falls silent, looks again when it has gone. Knows the local API and no Electron.
 */
import { connectAgent, type LocalClient } from '#agent/local-api/client.ts';
import { asRefusal, CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { LocalMethod, LocalParams, LocalProgress, LocalResult } from '#protocol/local-api.ts';
import type { AgentNews } from './desktop-state.ts';
import { Silence } from './silence.ts';

const RETRY_MS = 500;

export interface AgentLinkOptions {
  /** Of the agent's owner; who may not open it is led to its users'. */
  readonly socket: string;
  onNews(news: Extract<AgentNews, { type: 'heard' | 'silent' | 'lost' }>): void;
  /** Why there is no agent, from somebody who knows better than its sockets do. */
  absence?(): CausewayError | undefined;
}

export class AgentLink implements Disposable {
  readonly #options: AgentLinkOptions;
  readonly #stop = new AbortController();
  readonly #silence = new Silence(() => this.#fellSilent());
  #client: LocalClient | undefined;
  /** Ends the watch that is under way, so that another one begins. */
  #watch = new AbortController();
  #looking = false;
  #heardAt = 0;
  #error = new CausewayError('AGENT_NOT_RUNNING', { socket: 'not looked yet' });

  constructor(options: AgentLinkOptions) {
    this.#options = options;
  }

  /** When the agent last showed that it lives, milliseconds of the epoch; 0: never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Looks and listens until disposed; never rejects. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listen(await connectAgent(this.#options.socket));
      } catch (error) {
        this.#error = this.#options.absence?.() ?? asRefusal(error);
        if (!this.#stop.signal.aborted) this.#options.onNews({ type: 'lost', error: this.#error });
      }
      this.#client = undefined;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Whether somebody looks at the sessions: they are told every second then, and otherwise not at all. */
  look(looking: boolean): void {
    if (this.#looking === looking) return;
    this.#looking = looking;
    this.#watch.abort();
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

  async #listen(client: LocalClient): Promise<void> {
    this.#client = client;
    this.#silence.wordWithin(LIMITS.LOCAL_FIRST_WORD_MS.value);
    try {
      for (;;) {
        this.#watch = new AbortController();
        const { signal } = this.#watch;
        const peers = this.#looking;
        const ended = client.call('watch', { peers }, (word) => this.#hear(word, peers), signal);
        await ended.catch((error) => {
          if (!signal.aborted) throw error;
        });
        if (!signal.aborted) throw new CausewayError('AGENT_NOT_RUNNING', { socket: client.path });
      }
    } finally {
      this.#silence[Symbol.dispose]();
      client[Symbol.dispose]();
    }
  }

  #hear(word: LocalProgress<'watch'>, withPeers: boolean): void {
    if (this.#stop.signal.aborted) return;
    this.#heardAt = Date.now();
    const { LOCAL_SILENT_AFTER_MS, LOCAL_SILENT_UNSEEN_AFTER_MS } = LIMITS;
    this.#silence.wordWithin(withPeers ? LOCAL_SILENT_AFTER_MS.value : LOCAL_SILENT_UNSEEN_AFTER_MS.value);
    if (word !== 'alive') this.#options.onNews({ type: 'heard', status: word, withPeers });
  }

  #fellSilent(): void {
    if (this.#stop.signal.aborted) return;
    this.#options.onNews({ type: 'silent', since: this.#heardAt });
    // Asked anew, it begins with the status when it speaks again.
    this.#watch.abort();
  }
}
