/**
 * What the administrator was told has been done, kept apart from the server: who may talk to whom by it, since
 * when a pair may not, and the same policy as a text that can be compared with what the server reads from its
 * disk. Shares no code with protocol/policy.ts.
 */
import type { PolicyChange } from '#protocol/rest/changes.ts';
import type { NewSide } from '#protocol/rest/sides.ts';
import type { SubscriptionDirectory } from '#relay-server/control/subscription-directory.ts';

interface ModelMachine {
  side: string | null;
  readonly role: boolean;
  disabled: boolean;
}

/** The changes that the simulation makes. */
export type ModelChange = Extract<
  PolicyChange,
  { do: 'assign' | 'change-group' | 'connect' | 'disconnect' | 'set-disabled' | 'remove-group' | 'create-group' }
>;

export class PolicyModel {
  readonly machines = new Map<string, ModelMachine>();
  /** Names with whether their members reach each other. */
  readonly groups = new Map<string, boolean>();
  readonly roles = new Set<string>();
  readonly connections = new Set<string>();
  /** Since when a pair may not talk, by {@link pairOf}. */
  readonly #deniedSince = new Map<string, number>();

  addMachine(name: string, side: string | null, now: number): void {
    this.machines.set(name, { side, role: side !== null && this.roles.has(side), disabled: false });
    this.settle(now);
  }

  copy(): PolicyModel {
    const copy = new PolicyModel();
    for (const [name, machine] of this.machines) copy.machines.set(name, { ...machine });
    for (const [name, interconnected] of this.groups) copy.groups.set(name, interconnected);
    for (const name of this.roles) copy.roles.add(name);
    for (const key of this.connections) copy.connections.add(key);
    for (const [pair, since] of this.#deniedSince) copy.#deniedSince.set(pair, since);
    return copy;
  }

  apply(change: ModelChange): void {
    switch (change.do) {
      case 'create-group':
        this.groups.set(change.name, change.interconnected);
        return;
      case 'remove-group':
        this.groups.delete(change.group);
        for (const key of this.connections) if (key.split('|').includes(change.group)) this.connections.delete(key);
        for (const machine of this.machines.values()) if (machine.side === change.group) machine.side = null;
        return;
      case 'change-group':
        this.groups.set(change.group, change.interconnected ?? false);
        return;
      case 'connect':
        this.connections.add(keyOf(nameOf(change.a), nameOf(change.b)));
        return;
      case 'disconnect':
        this.connections.delete(keyOf(nameOf(change.a), nameOf(change.b)));
        return;
      case 'assign':
        for (const name of change.machines) this.#machine(name).side = change.group;
        return;
      case 'set-disabled':
        for (const name of change.machines) this.#machine(name).disabled = change.disabled;
    }
  }

  /** The change is acknowledged now: notes which pairs may no longer talk. */
  settle(now: number): void {
    for (const pair of this.#pairs()) {
      const [a, b] = pair.split('|') as [string, string];
      if (this.allows(a, b)) this.#deniedSince.delete(pair);
      else if (!this.#deniedSince.has(pair)) this.#deniedSince.set(pair, now);
    }
  }

  /** Undefined while the two may talk. */
  deniedSince(a: string, b: string): number | undefined {
    return this.#deniedSince.get(keyOf(a, b));
  }

  allows(a: string, b: string): boolean {
    const [one, other] = [this.machines.get(a), this.machines.get(b)];
    if (a === b || one === undefined || other === undefined || one.disabled || other.disabled) return false;
    if (one.side === null || other.side === null || (one.role && other.role)) return false;
    if (one.side === other.side) return this.groups.get(one.side) === true;
    return this.connections.has(keyOf(one.side, other.side));
  }

  /** Names of machines that are disabled. */
  get disabled(): string[] {
    return [...this.machines].filter(([, { disabled }]) => disabled).map(([name]) => name);
  }

  /** The whole policy, the same text for the same policy. */
  get text(): string {
    return textOf(
      [...this.groups].map(([name, interconnected]) => `${name} ${interconnected}`),
      this.connections,
      [...this.machines].map(([name, { side, disabled }]) => `${name} ${side} ${disabled}`),
    );
  }

  #machine(name: string): ModelMachine {
    const machine = this.machines.get(name);
    if (machine === undefined) throw new Error(`there is no machine ${name}`);
    return machine;
  }

  *#pairs(): Generator<string> {
    const names = [...this.machines.keys()];
    for (const a of names) for (const b of names) if (a < b) yield keyOf(a, b);
  }
}

/** The policy as the server holds it, in the words of {@link PolicyModel.text}. */
export function policyTextOf(home: SubscriptionDirectory): string {
  const nameOf = (id: string) =>
    [...home.groups.byId.values(), ...home.roles.byId.values()].find((side) => side.id === id)?.name ?? id;
  return textOf(
    [...home.groups.byId.values()].map(({ name, interconnected }) => `${name} ${interconnected}`),
    [...home.connections()].map(({ group, other }) => keyOf(nameOf(group), nameOf(other.id))),
    [...home.machines.after(undefined)].map(
      (machine) => `${machine.name} ${home.sideOf(machine)?.name ?? null} ${machine.disabled}`,
    ),
  );
}

function textOf(...parts: readonly Iterable<string>[]): string {
  return parts.map((part) => [...part].sort().join(', ')).join('\n');
}

function keyOf(a: string, b: string): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}

function nameOf(side: NewSide): string {
  return 'name' in side ? side.name : side.id;
}
