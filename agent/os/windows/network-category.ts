/**
 * Has Windows take the adapter's network for a private one, as soon as Windows has noticed that network: policy says
 * who reaches this computer there, and in a public network Windows' firewall would keep out everybody. Windows notes
 * a category by the adapter's GUID, which stays; a domain's network, and what an administrator chose, stay as they are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Luid } from '#native/windows/ip-helper.ts';
import { makeNetworkPrivate } from '#native/windows/network-category.ts';
import { asRefusal, CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

export interface CategoryOptions {
  readonly luid: Luid;
  /** Its name, for people. */
  readonly adapter: string;
  readonly makePrivate?: typeof makeNetworkPrivate;
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export class PrivateNetwork implements Disposable {
  readonly #stop = new AbortController();
  #warning: CausewayError | undefined;
  /** Never rejects. */
  readonly settled: Promise<void>;

  constructor(options: CategoryOptions) {
    this.settled = this.#make(options).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#warning = asRefusal(error);
    });
  }

  /** Why it is not private. */
  get warning(): CausewayError | undefined {
    return this.#warning;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #make({ luid, adapter, makePrivate = makeNetworkPrivate, wait = pause }: CategoryOptions): Promise<void> {
    const { NETWORK_CATEGORY_LOOK_EVERY_MS: every, NETWORK_CATEGORY_PATIENCE_MS: patience } = LIMITS;
    for (let waited = 0; waited < patience.value; waited += every.value) {
      if (this.#stop.signal.aborted || (await makePrivate(luid)) !== undefined) return;
      await wait(every.value, this.#stop.signal);
    }
    throw new CausewayError('NETWORK_STAYS_PUBLIC', { adapter, cause: 'Windows does not list it' });
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false });
}
