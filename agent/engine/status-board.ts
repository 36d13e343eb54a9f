/**
 * Where every part writes down what it last proved, and from which the agent's status is read. Holds no
 * timers and decides nothing.
 */
import type { CausewayError } from '#protocol/errors.ts';
import type { AgentStatus, Part, PartName } from '#protocol/status.ts';

export class StatusBoard {
  readonly #now: () => number;
  readonly #parts: Record<PartName, Part> = {
    activation: blank(),
    control: blank(),
    relay: blank(),
    adapter: blank(),
    names: blank(),
  };
  readonly #watchers = new Set<() => void>();
  readonly #onChange = new Set<() => void>();
  relayRoundTripMs: number | null = null;
  policyRefreshedAt: number | null = null;
  #notice: CausewayError | null = null;

  /** @param now milliseconds of the Unix epoch by the local clock: ages are shown by it. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** What the owner should know beside the parts; null when there is nothing. */
  get notice(): CausewayError | null {
    return this.#notice;
  }

  tell(notice: CausewayError | null): void {
    if (notice?.message === this.#notice?.message) return;
    this.#notice = notice;
    for (const changed of this.#onChange) changed();
  }

  get parts(): AgentStatus['parts'] {
    return structuredClone(this.#parts);
  }

  /** The part works, and this is how; a warning is what its owner should know all the same. */
  works(name: PartName, detail: string, warning?: CausewayError): void {
    this.#parts[name].provenAt = this.#now();
    this.#set(name, 'ok', warning ?? null, detail);
  }

  /** The part answered just now; a warning stays. On the hot path this only moves a number. */
  proven(name: PartName): void {
    const part = this.#parts[name];
    part.provenAt = this.#now();
    if (part.state !== 'ok') this.#set(name, 'ok', null, undefined);
    else if (this.#watchers.size > 0) this.#tell();
  }

  /** So it stands on the disk; nobody has confirmed it since the start. */
  recorded(name: PartName, detail: string): void {
    this.#parts[name].provenAt = null;
    this.#set(name, 'ok', null, detail);
  }

  pending(name: PartName, detail?: string): void {
    this.#set(name, 'pending', null, detail);
  }

  failed(name: PartName, error: CausewayError): void {
    this.#set(name, 'failed', error, undefined);
  }

  off(name: PartName): void {
    this.#set(name, 'off', null, '');
    this.#parts[name].provenAt = null;
  }

  /** Calls back after every change of a part's state; not when it only proves itself again. @returns what ends that. */
  onChange(changed: () => void): () => void {
    this.#onChange.add(changed);
    return () => this.#onChange.delete(changed);
  }

  /**
   * Waits until `settled` holds or the signal fires; looks again after every change.
   * @returns whether it held.
   */
  async until(settled: (parts: AgentStatus['parts']) => boolean, signal: AbortSignal): Promise<boolean> {
    while (!settled(this.#parts)) {
      if (signal.aborted) return false;
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#watchers.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.#watchers.add(done);
        signal.addEventListener('abort', done, { once: true });
      });
    }
    return true;
  }

  #set(name: PartName, state: Part['state'], error: CausewayError | null, detail: string | undefined): void {
    const part = this.#parts[name];
    part.state = state;
    part.error = error?.toWire() ?? null;
    if (name === 'relay' && state !== 'ok') this.relayRoundTripMs = null;
    if (detail !== undefined) part.detail = detail;
    this.#tell();
    for (const changed of this.#onChange) changed();
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function blank(): Part {
  return { state: 'off', provenAt: null, error: null, detail: '' };
}
