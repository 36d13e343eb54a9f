/**
 * How much passes between machines, per second: from two counts of the relay some time apart. Counts
 * only while somebody asks; the first answer for a subscription has no rates yet.
 */
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { RelayPort } from './context.ts';

/** What passes one way between two machines of which something passed within PAIRS_FRESH_MS. */
export interface PairRate {
  readonly from: MachineId;
  readonly to: MachineId;
  readonly bytesPerSecond: number;
}

interface Counted {
  readonly at: number;
  readonly bytes: ReadonlyMap<string, number>;
  readonly rates: ReadonlyMap<string, PairRate>;
}

export class PairRates {
  readonly #clock: Clock;
  readonly #relay: RelayPort;
  readonly #counted = new Map<SubscriptionId, Counted>();
  #cancelForgetting: (() => void) | undefined;

  constructor(clock: Clock, relay: RelayPort) {
    this.#clock = clock;
    this.#relay = relay;
  }

  of(subscription: SubscriptionId): Iterable<PairRate> {
    return this.#now(subscription).rates.values();
  }

  /** Undefined when nothing passed that way within PAIRS_FRESH_MS. */
  between(subscription: SubscriptionId, from: MachineId, to: MachineId): number | undefined {
    return this.#now(subscription).rates.get(from + to)?.bytesPerSecond;
  }

  #now(subscription: SubscriptionId): Counted {
    const now = this.#clock.now();
    const before = this.#counted.get(subscription);
    if (before !== undefined && now - before.at < LIMITS.PAIRS_MEASURED_EVERY_MS.value) return before;
    const counted = this.#count(subscription, before, now);
    this.#counted.set(subscription, counted);
    this.#cancelForgetting ??= this.#clock.after(LIMITS.PAIRS_FRESH_MS.value, () => this.#forget());
    return counted;
  }

  #count(subscription: SubscriptionId, before: Counted | undefined, now: number): Counted {
    const bytes = new Map<string, number>();
    const rates = new Map<string, PairRate>();
    const seconds = before === undefined ? 0 : (now - before.at) / 1000;
    for (const pair of this.#relay.pairs(subscription)) {
      const key = pair.from + pair.to;
      bytes.set(key, pair.bytes);
      if (now - pair.at > LIMITS.PAIRS_FRESH_MS.value) continue;
      const known = before?.bytes.get(key) ?? 0;
      // Less than before: the destination has connected anew, and all of it is new.
      const passed = pair.bytes >= known ? pair.bytes - known : pair.bytes;
      rates.set(key, {
        from: pair.from,
        to: pair.to,
        bytesPerSecond: seconds === 0 ? 0 : Math.round(passed / seconds),
      });
    }
    return { at: now, bytes, rates };
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [subscription, { at }] of this.#counted) {
      if (now - at >= LIMITS.PAIRS_FRESH_MS.value) this.#counted.delete(subscription);
    }
    this.#cancelForgetting =
      this.#counted.size > 0 ? this.#clock.after(LIMITS.PAIRS_FRESH_MS.value, () => this.#forget()) : undefined;
  }
}
