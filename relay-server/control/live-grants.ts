/**
 * Which pairs hold a grant that has not expired: all that a policy change has to look at. Held in
 * memory only; after a restart the machines tell what they live by (sync).
 */
import type { MachineId } from '#protocol/ids.ts';

export class LiveGrants {
  /** Both ways round: partners of a machine with the expiry, milliseconds of the Unix epoch. */
  readonly #partners = new Map<MachineId, Map<MachineId, number>>();

  /** A pair may have been granted before; the later expiry counts. */
  add(a: MachineId, b: MachineId, expiresAt: number): void {
    this.#put(a, b, expiresAt);
    this.#put(b, a, expiresAt);
  }

  /** Partners of `machine` with live grants. */
  of(machine: MachineId, now: number): MachineId[] {
    const partners = this.#partners.get(machine) ?? [];
    return [...partners].filter(([, expiresAt]) => expiresAt > now).map(([partner]) => partner);
  }

  delete(a: MachineId, b: MachineId): void {
    this.#take(a, b);
    this.#take(b, a);
  }

  /** Forgets what has expired. */
  sweep(now: number): void {
    for (const [machine, partners] of this.#partners) {
      for (const [partner, expiresAt] of partners) if (expiresAt <= now) this.delete(machine, partner);
    }
  }

  /** Number of pairs, those that expired since the last sweep included. */
  get size(): number {
    let sum = 0;
    for (const partners of this.#partners.values()) sum += partners.size;
    return sum / 2;
  }

  #put(machine: MachineId, partner: MachineId, expiresAt: number): void {
    let partners = this.#partners.get(machine);
    if (partners === undefined) {
      partners = new Map();
      this.#partners.set(machine, partners);
    }
    partners.set(partner, Math.max(expiresAt, partners.get(partner) ?? 0));
  }

  #take(machine: MachineId, partner: MachineId): void {
    const partners = this.#partners.get(machine);
    partners?.delete(partner);
    if (partners?.size === 0) this.#partners.delete(machine);
  }
}
