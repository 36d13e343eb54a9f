/**
 * When machines are told that policy changed: those whom a change concerns at once, however many others
 * there are; the others when it costs nobody anything. All that it says is that one may look again.
 */
import type { ControlEvent } from '#protocol/control-messages.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import type { Clock } from '../clock.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

/** From one telling to the next. The first change after a quiet time is told at once, later ones within this time as one. */
const COALESCE_MS = 50;
/** For each machine of the subscription, so that a roll-out of thousands does not tell everybody of each. */
const QUIET_PER_MACHINE_MS = 1;
/** For each machine concerned. Telling one takes some 30 µs: a third of one processor is the most that it ever takes. */
const QUIET_PER_CONCERNED_MS = 0.1;
/** Told in one go, in some milliseconds; then the relay's frames have their turn. */
const PORTION = 200;

interface Surroundings {
  readonly clock: Clock;
  isOnline(machine: MachineId): boolean;
  tell(machine: MachineId, event: ControlEvent): void;
}

/** Of one subscription. */
interface News {
  readonly concerned: Set<MachineId>;
  /** Who has been told of which version already, and need not hear it with all the others. */
  told: { readonly version: number; readonly machines: Set<MachineId> };
  cancelConcerned: (() => void) | undefined;
  concernedQuietUntil: number;
  cancelAll: (() => void) | undefined;
  allQuietUntil: number;
}

export class PolicyNews {
  readonly #around: Surroundings;
  readonly #news = new Map<SubscriptionId, News>();
  readonly #portions = new Set<() => void>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** @param concerned machines that gained or lost somebody. */
  changed(subscription: SubscriptionDirectory, concerned: Iterable<MachineId>): void {
    const { clock, isOnline } = this.#around;
    const news = this.#newsOf(subscription.id);
    for (const machine of concerned) if (isOnline(machine)) news.concerned.add(machine);
    news.cancelAll ??= clock.after(Math.max(COALESCE_MS, news.allQuietUntil - clock.now()), () => {
      const machines = new Set([...news.concerned, ...subscription.policy.machines.keys()]);
      if (news.told.version === subscription.record.policyVersion) {
        for (const machine of news.told.machines) machines.delete(machine);
      }
      news.cancelAll = undefined;
      news.allQuietUntil = clock.now() + subscription.machines.size * QUIET_PER_MACHINE_MS;
      news.cancelConcerned?.();
      news.cancelConcerned = undefined;
      news.concerned.clear();
      this.#tell(subscription, [...machines].filter(isOnline));
    });
    if (news.concerned.size === 0) return;
    news.cancelConcerned ??= clock.after(Math.max(0, news.concernedQuietUntil - clock.now()), () => {
      const machines = [...news.concerned];
      news.cancelConcerned = undefined;
      news.concernedQuietUntil = clock.now() + Math.max(COALESCE_MS, machines.length * QUIET_PER_CONCERNED_MS);
      news.concerned.clear();
      remember(news, subscription.record.policyVersion, machines);
      this.#tell(subscription, machines);
    });
  }

  /** Forgets a subscription that is gone. */
  forget(id: SubscriptionId): void {
    const news = this.#news.get(id);
    news?.cancelConcerned?.();
    news?.cancelAll?.();
    this.#news.delete(id);
  }

  close(): void {
    for (const id of [...this.#news.keys()]) this.forget(id);
    for (const cancel of this.#portions) cancel();
    this.#portions.clear();
  }

  /** With the version of the moment, which may be a later one already. */
  #tell(subscription: SubscriptionDirectory, machines: readonly MachineId[], from = 0): void {
    const { policyVersion } = subscription.record;
    // One for all of them: it becomes a frame once.
    const event: ControlEvent = { type: 'event', event: 'policy-changed', policyVersion };
    for (const machine of machines.slice(from, from + PORTION)) this.#around.tell(machine, event);
    if (from + PORTION >= machines.length) return;
    const cancel = this.#around.clock.after(0, () => {
      this.#portions.delete(cancel);
      this.#tell(subscription, machines, from + PORTION);
    });
    this.#portions.add(cancel);
  }

  #newsOf(id: SubscriptionId): News {
    let news = this.#news.get(id);
    if (news === undefined) {
      news = {
        concerned: new Set(),
        told: { version: 0, machines: new Set() },
        cancelConcerned: undefined,
        concernedQuietUntil: 0,
        cancelAll: undefined,
        allQuietUntil: 0,
      };
      this.#news.set(id, news);
    }
    return news;
  }
}

function remember(news: News, version: number, machines: readonly MachineId[]): void {
  if (news.told.version !== version) news.told = { version, machines: new Set() };
  for (const machine of machines) news.told.machines.add(machine);
}
