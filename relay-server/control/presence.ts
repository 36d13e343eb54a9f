/**
 * Which machines are here: their open control connections and what they report of themselves. Knows
 * no sockets; a link is whatever can send and close.
 */
import type { ControlParams, ServerMessage } from '#protocol/control-messages.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';

/** One control connection as the core sees it. */
export interface Link {
  /** Address of the other side, for limits by sender. */
  readonly address: string;
  send(message: ServerMessage): void;
  /** @param status WebSocket status code (RFC 6455 §7.4). */
  close(status: number, reason: string): void;
}

export type Report = ControlParams<'report'>;

/** Status of a connection that its own successor replaces (RFC 6455 leaves 4000–4999 to us). */
const REPLACED = 4000;

export class Presence {
  readonly #links = new Map<MachineId, Link[]>();
  readonly #reports = new Map<MachineId, Omit<Report, 'status'>>();
  /** Machines whose present agent has told its status, and so knows the events that came with it. */
  readonly #modern = new Set<MachineId>();

  /** Machines with an open control connection. */
  get online(): number {
    return this.#links.size;
  }

  isOnline(machine: MachineId): boolean {
    return this.#links.has(machine);
  }

  linksOf(machine: MachineId): readonly Link[] {
    return this.#links.get(machine) ?? [];
  }

  /** Over the bound the oldest connection goes: a machine that comes back has left it behind. */
  arrive(machine: MachineId, link: Link): void {
    const links = [...this.linksOf(machine), link];
    const surplus = links.length > LIMITS.CONNECTIONS_PER_MACHINE.value ? links.shift() : undefined;
    this.#links.set(machine, links);
    surplus?.close(REPLACED, 'replaced by a newer connection of this machine');
  }

  leave(machine: MachineId, link: Link): void {
    const links = this.linksOf(machine).filter((other) => other !== link);
    if (links.length > 0) {
      this.#links.set(machine, links);
    } else {
      this.#links.delete(machine);
      this.#reports.delete(machine);
      this.#modern.delete(machine);
    }
  }

  report(machine: MachineId, { status, ...report }: Report): void {
    this.#reports.set(machine, report);
    if (status !== undefined) this.#modern.add(machine);
  }

  /** Whether the events `watch` and `diagnose` may be sent to it: before there were any, an unknown event was an error. */
  understandsEvents(machine: MachineId): boolean {
    return this.#modern.has(machine);
  }

  reportOf(machine: MachineId): Omit<Report, 'status'> | undefined {
    return this.#reports.get(machine);
  }
}
