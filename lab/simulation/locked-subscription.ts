/**
 * A locked subscription beside the others, on a control plane that has turned hostile to it: it puts a machine in
 * which no administrator has signed, says that policy lets it reach the others, and signs grants for it with the
 * server's own key, with whatever it can lay its hands on in the place of a backing.
 */
import type { GrantClaims } from '#protocol/grants.ts';
import type { MachineId } from '#protocol/ids.ts';
import type { LockKey } from '#protocol/lock/key.ts';
import { planLock, signCertificate, signLock } from '#protocol/lock/signing.ts';
import { followStatement } from '#protocol/lock/statement.ts';
import { parseLabel } from '#protocol/names.ts';
import { policyChange } from '#protocol/rest/changes.ts';
import { lockUpdate } from '#protocol/rest/lock.ts';
import { updateLock, viewLock } from '#relay-server/control/administration/lock.ts';
import { createSubscription } from '#relay-server/control/administration/subscriptions.ts';
import { applyChanges } from '#relay-server/control/changes/apply.ts';
import type { SubscriptionDirectory } from '#relay-server/control/subscription-directory.ts';
import type { SeededRandom } from '../population/seeded-random.ts';
import { attack } from './hostile-machine.ts';
import { Violation } from './invariants.ts';
import { grantKeyOf } from './simulated-identity.ts';
import type { SimulatedMachine } from './simulated-machine.ts';
import type { SimulatedServer } from './simulated-server.ts';
import type { World } from './world.ts';

export const LOCKED_SUBSCRIPTION = 'vault';
const SEED_BYTES = 32;
const ACTS_EVERY_MS = [1_500, 5_000] as const;
const FORBIDDEN = 'it is for a machine that no lock key has signed';

type Backing = GrantClaims['backing'];

export class LockedSubscription {
  /** Signed by an administrator; they may reach each other. */
  readonly machines: readonly SimulatedMachine[];
  /** The hostile control plane's own; no agent runs on it. */
  readonly intruder: SimulatedMachine;
  readonly #random: SeededRandom;
  readonly #certificates: readonly string[];
  readonly #ownKey: LockKey;

  /**
   * @param machine activates one in the subscription
   * @param random of its own: a world that has none is the same as before
   */
  static async build(
    server: SimulatedServer,
    machine: () => Promise<SimulatedMachine>,
    random: SeededRandom,
    now: number,
  ): Promise<LockedSubscription> {
    const { administration } = server;
    const home = await createSubscription(administration, parseLabel(LOCKED_SUBSCRIPTION));
    const group = policyChange.parse({ do: 'create-group', name: 'g0', interconnected: true });
    await applyChanges(administration, home, [group]);
    const machines = [await machine(), await machine()];
    const key = lockKeyFrom(random);
    const view = await viewLock(administration, home);
    const keys = [{ key: key.publicKey, name: 'ada' }];
    const signed = await signLock(view, await planLock(view, now, { keys: () => keys, recovery: [] }), key);
    await updateLock(administration, home, lockUpdate.parse(signed));
    const lock = await followStatement(undefined, home.id, signed.statement ?? '');
    // As the agent does when it is activated.
    for (const each of machines) each.activation = { ...each.activation, lock };
    const intruder = await machine();
    const ownKey = lockKeyFrom(random);
    return new LockedSubscription(machines, intruder, random, signed.certificates ?? [], ownKey);
  }

  private constructor(
    machines: readonly SimulatedMachine[],
    intruder: SimulatedMachine,
    random: SeededRandom,
    certificates: readonly string[],
    ownKey: LockKey,
  ) {
    this.machines = machines;
    this.intruder = intruder;
    this.#random = random;
    this.#certificates = certificates;
    this.#ownKey = ownKey;
  }

  allows(a: SimulatedMachine, b: SimulatedMachine): boolean {
    return a !== b && this.machines.includes(a) && this.machines.includes(b);
  }

  /** A control plane that has just started: from now on it gives grants for the intruder, too. */
  takeOver({ control }: SimulatedServer): void {
    const { lock }: SubscriptionDirectory = control.context.directory.find(LOCKED_SUBSCRIPTION);
    const honest = lock.backingOf.bind(lock);
    lock.backingOf = (a, b, now) => {
      const isIntruder = ({ id }: { readonly id: MachineId }) => id === this.intruder.id;
      return isIntruder(a) || isIntruder(b) ? this.#stolenBacking() : honest(a, b, now);
    };
  }

  /** Does something now and then for as long as the world lasts. */
  begin(world: World): void {
    const [least, most] = ACTS_EVERY_MS;
    const again = () => {
      world.time.after(least + this.#random.fraction() * (most - least), act, 'in the locked subscription');
    };
    const act = () => {
      again();
      this.#act(world);
    };
    again();
  }

  /** @throws Violation */
  check(): void {
    for (const { membership, name } of this.machines) {
      if (membership?.directory.get(this.intruder.id) === undefined) continue;
      throw new Violation(`${name} took a grant for a machine that no lock key has signed`);
    }
  }

  /** What the hostile control plane shows in the place of two certificates. */
  async forgedBacking(): Promise<Backing> {
    const stolen = this.#stolenBacking();
    if (stolen === undefined || this.#random.fraction() < 0.5) return stolen;
    const { id, name, ipv4, subscription, memberOf } = this.intruder.activation.self;
    const own = await signCertificate(
      {
        subscription: subscription.id,
        sequence: 1,
        iat: 1,
        id,
        key: this.intruder.identity.identity.tunnelKey,
        name,
        ipv4,
        side: memberOf?.id ?? null,
      },
      this.#ownKey,
    );
    return [own, stolen[1]];
  }

  /** None, or those of machines that an administrator has signed. */
  #stolenBacking(): [string, string] | undefined {
    if (this.#random.fraction() < 0.4) return undefined;
    return [this.#random.pick(this.#certificates), this.#random.pick(this.#certificates)];
  }

  #act(world: World): void {
    const random = this.#random;
    const victim = random.pick(this.machines);
    const other = this.machines.find((machine) => machine !== victim) ?? victim;
    const kind = random.fraction();
    if (kind < 0.4) victim.send(world.invariants.packet(victim, other, 300));
    else if (kind < 0.7) victim.send(world.invariants.packet(victim, this.intruder, 200, { forbidden: FORBIDDEN }));
    else if (victim.relay?.whole === true) {
      world.later(attack(world, this.intruder, victim, 'unsigned machine'));
    }
  }
}

function lockKeyFrom(random: SeededRandom): LockKey {
  const { privateKey, publicText: publicKey } = grantKeyOf(random.bytes(SEED_BYTES));
  return { publicKey, privateKey };
}
