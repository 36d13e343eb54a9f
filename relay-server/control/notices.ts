/**
 * What machines are told without having asked: that a peer is revoked, that policy changed, that their
 * own facts changed, that they are cut off. Called right after a change stands in the directory.
 */
import type { ControlEvent } from '#protocol/control-messages.ts';
import type { CausewayError } from '#protocol/errors.ts';
import type { MachineId, SubscriptionId } from '#protocol/ids.ts';
import { evaluate } from '#protocol/policy.ts';
import type { Clock } from '../clock.ts';
import type { MachineRecord } from '../store/records.ts';
import { type RelayPort, selfFactsOf } from './context.ts';
import type { Counters } from './counters.ts';
import type { LiveGrants } from './live-grants.ts';
import { PolicyNews } from './policy-news.ts';
import type { Presence } from './presence.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

/** Keeps an event under CONTROL_MESSAGE_MAX_BYTES at 35 bytes an id. */
const PEERS_PER_EVENT = 1_500;
/** WebSocket status: policy violation (RFC 6455 §7.4.1). */
const POLICY_VIOLATION = 1008;

interface Surroundings {
  readonly clock: Clock;
  readonly grants: LiveGrants;
  readonly presence: Presence;
  readonly relay: RelayPort;
  readonly counters: Counters;
  /** How the grant key became the present one. */
  readonly successions?: readonly string[];
}

export class Notices {
  readonly #around: Surroundings;
  readonly #news: PolicyNews;

  constructor(surroundings: Surroundings) {
    const { clock, presence } = surroundings;
    this.#around = surroundings;
    this.#news = new PolicyNews({
      clock,
      isOnline: (machine) => presence.isOnline(machine),
      tell: (machine, event) => this.#tell(machine, event),
    });
  }

  /**
   * Takes back the live grants of `machines` that policy no longer allows, and tells both ends at once.
   * @param reason a sentence on what the administrator did.
   */
  recheck(subscription: SubscriptionDirectory, machines: Iterable<MachineId>, reason: string): void {
    const lost = new Map<MachineId, Set<MachineId>>();
    for (const machine of machines) {
      for (const partner of this.#around.grants.of(machine, this.#around.clock.now())) {
        if (evaluate(subscription.policy, machine, partner).allowed) continue;
        this.#around.grants.delete(machine, partner);
        this.#around.counters.revocations++;
        setOf(lost, machine).add(partner);
        setOf(lost, partner).add(machine);
      }
    }
    for (const [machine, peers] of lost) {
      const list = [...peers];
      for (let at = 0; at < list.length; at += PEERS_PER_EVENT) {
        this.#tell(machine, { type: 'event', event: 'revoked', peers: list.slice(at, at + PEERS_PER_EVENT), reason });
      }
    }
  }

  /**
   * Tells every machine of the subscription that it may look again.
   * @param concerned machines that gained or lost somebody: told soon, the others in their time.
   */
  policyChanged(subscription: SubscriptionDirectory, concerned: Iterable<MachineId> = []): void {
    this.#news.changed(subscription, concerned);
  }

  selfChanged(subscription: SubscriptionDirectory, machines: Iterable<MachineRecord>): void {
    for (const machine of machines) {
      if (!this.#around.presence.isOnline(machine.id)) continue;
      this.#tell(machine.id, {
        type: 'event',
        event: 'self-changed',
        self: selfFactsOf(subscription, machine, this.#around.clock.now(), this.#around.successions),
      });
    }
  }

  /** Ends what a machine has open: it is told why, then its control and relay connections close. */
  cutOff(subscription: SubscriptionId, machine: MachineId, error: CausewayError): void {
    for (const link of [...this.#around.presence.linksOf(machine)]) {
      link.send({ type: 'event', event: 'cut-off', error: error.toWire() });
      link.close(POLICY_VIOLATION, error.code);
    }
    this.#around.relay.dropMachine(subscription, machine);
  }

  /** Forgets a subscription that is gone. */
  forget(id: SubscriptionId): void {
    this.#news.forget(id);
  }

  close(): void {
    this.#news.close();
  }

  #tell(machine: MachineId, event: ControlEvent): void {
    for (const link of this.#around.presence.linksOf(machine)) link.send(event);
  }
}

function setOf<Key, Value>(map: Map<Key, Set<Value>>, key: Key): Set<Value> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}
