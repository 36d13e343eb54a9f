/**
 * Role instances come and go with the load of their role. One that says goodbye is removed at once, by
 * itself; one that stops without a word is removed here, a set time after it was last connected. Time in which
 * the server did not run does not count: nobody could be connected then.
 */
import type { Logger } from 'pino';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from './directory.ts';
import type { Presence } from './presence.ts';
import type { SubscriptionDirectory } from './subscription-directory.ts';

/** After a removal that failed, as on a full disk. */
const AGAIN_AFTER_MS = 60_000;

export interface DeparturesOptions {
  readonly directory: Directory;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Null: instances stay until somebody removes them. */
  readonly goneAfterMs: number | null;
  /** Removes machines of one subscription, all or none. */
  remove(home: SubscriptionDirectory, machines: readonly MachineId[]): Promise<void>;
}

export class InstanceDepartures {
  readonly #options: DeparturesOptions;
  /** When each absent instance is to go. All wait equally long, so the first to go is the first in here. */
  readonly #absent = new Map<MachineId, number>();
  #cancel: (() => void) | undefined;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** At the start nobody is connected yet. */
  start(): void {
    for (const home of this.#options.directory.list()) {
      for (const { id, kind } of home.machines.after(undefined)) if (kind === 'role-instance') this.#wait(id);
    }
  }

  /** Its first control connection is open. */
  came(machine: MachineId): void {
    this.#absent.delete(machine);
  }

  /** Its last control connection is closed. */
  went(machine: MachineId): void {
    const known = this.#options.directory.homeOf(machine)?.machine(machine);
    if (known?.kind === 'role-instance') this.#wait(machine);
  }

  close(): void {
    this.#cancel?.();
    this.#absent.clear();
  }

  #wait(machine: MachineId): void {
    const { clock, goneAfterMs } = this.#options;
    if (goneAfterMs === null) return;
    this.#absent.delete(machine);
    this.#absent.set(machine, clock.now() + goneAfterMs);
    this.#cancel ??= clock.after(goneAfterMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock } = this.#options;
    const failed = await this.#removeDue();
    const [next] = this.#absent.values();
    const ms = failed ? AGAIN_AFTER_MS : next === undefined ? undefined : Math.max(0, next - clock.now());
    this.#cancel = ms === undefined ? undefined : clock.after(ms, () => void this.#look());
  }

  /** @returns whether somebody could not be removed */
  async #removeDue(): Promise<boolean> {
    const { logger, remove } = this.#options;
    let failed = false;
    for (const [home, machines] of this.#due()) {
      try {
        await remove(home, machines);
        for (const machine of machines) this.#absent.delete(machine);
        logger.info({ subscription: home.id, instances: machines.length }, 'instances that had stopped were removed');
      } catch (error) {
        failed = true;
        logger.warn({ err: error }, 'instances that had stopped could not be removed');
      }
    }
    return failed;
  }

  /** One that an administrator disabled stays: removed, it could come back with its token. */
  #due(): Map<SubscriptionDirectory, MachineId[]> {
    const { clock, directory, presence } = this.#options;
    const due = new Map<SubscriptionDirectory, MachineId[]>();
    for (const [id, at] of this.#absent) {
      if (at > clock.now()) break;
      const home = directory.homeOf(id);
      const machine = home?.machine(id);
      if (home === undefined || machine === undefined || presence.isOnline(id)) this.#absent.delete(id);
      else if (machine.disabled) this.#wait(id);
      else {
        const together = due.get(home) ?? [];
        if (together.length < LIMITS.CHANGE_MACHINES_MAX.value) together.push(id);
        due.set(home, together);
      }
    }
    return due;
  }
}
