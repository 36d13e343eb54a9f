/**
 * Pairs that speak by UDP, each with a socket of its own on the other side, so that answers find their way back. UDP has
 * no end: a pair that is silent for long is forgotten, and there are only so many.
 */
import { LIMITS } from '#protocol/limits.ts';

export class UdpFlows<Flow extends Disposable> implements Disposable {
  readonly #open: (pair: string) => Flow | undefined;
  /** In the order of their last use. */
  readonly #flows = new Map<string, { readonly flow: Flow; usedAt: number }>();
  readonly #sweep: NodeJS.Timeout;

  /** @param open makes what a new pair needs, or can not */
  constructor(open: (pair: string) => Flow | undefined) {
    this.#open = open;
    this.#sweep = setInterval(() => this.forgetIdle(performance.now()), LIMITS.USERSPACE_UDP_IDLE_MS.value / 4);
    this.#sweep.unref();
  }

  get size(): number {
    return this.#flows.size;
  }

  /** The pair's flow, made if it is new. Either side's use counts. */
  use(pair: string): Flow | undefined {
    const known = this.#flows.get(pair);
    const flow = known?.flow ?? this.#open(pair);
    if (flow === undefined) return undefined;
    this.#flows.delete(pair);
    this.#flows.set(pair, { flow, usedAt: performance.now() });
    const [oldest] = this.#flows.keys();
    if (oldest !== undefined && this.#flows.size > LIMITS.USERSPACE_UDP_FLOWS_MAX.value) this.#forget(oldest);
    return flow;
  }

  forgetIdle(now: number): void {
    for (const [pair, { usedAt }] of this.#flows) {
      if (now - usedAt < LIMITS.USERSPACE_UDP_IDLE_MS.value) return;
      this.#forget(pair);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    for (const pair of [...this.#flows.keys()]) this.#forget(pair);
  }

  #forget(pair: string): void {
    this.#flows.get(pair)?.flow[Symbol.dispose]();
    this.#flows.delete(pair);
  }
}
