/**
 * What agents say of themselves: the last report of each, kept as text because most are never read, and
 * asking a machine to report more often or to diagnose itself.
 */
import type { ControlEvent } from '#protocol/control-messages.ts';
import { CausewayError } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { AgentStatus } from '#protocol/status.ts';
import type { Clock } from '../clock.ts';
import type { MachineRecord } from '../store/records.ts';
import type { Presence } from './presence.ts';

interface Kept {
  readonly at: number;
  /** JSON of its {@link AgentStatus}. */
  readonly text: string;
}

export class AgentReports {
  readonly #clock: Clock;
  readonly #presence: Presence;
  readonly #kept = new Map<MachineId, Kept>();
  /** Until when machines were asked to report often. */
  readonly #watchedUntil = new Map<MachineId, number>();
  readonly #diagnosedAt = new Map<MachineId, number>();

  constructor(clock: Clock, presence: Presence) {
    this.#clock = clock;
    this.#presence = presence;
  }

  keep(machine: MachineId, status: AgentStatus): void {
    this.#kept.set(machine, { at: this.#clock.now(), text: JSON.stringify(status) });
  }

  /** The last one since the server started, whether or not the machine is here now. */
  of(machine: MachineId): { at: number; status: AgentStatus } | undefined {
    const kept = this.#kept.get(machine);
    return kept && { at: kept.at, status: JSON.parse(kept.text) as AgentStatus };
  }

  /** Somebody looks at the machine: it is to report often for a while, if it can. */
  watch(machine: MachineId): void {
    if (!this.#presence.understandsEvents(machine)) return;
    const now = this.#clock.now();
    const seconds = LIMITS.REPORT_WATCH_S.value;
    // Half a watch is left: whoever looks once a second does not send an event a second.
    if ((this.#watchedUntil.get(machine) ?? 0) - now > (seconds * 1000) / 2) return;
    this.#watchedUntil.set(machine, now + seconds * 1000);
    this.#tell(machine, { type: 'event', event: 'watch', seconds });
  }

  /** A connection of its own knows of no watch: the next look asks anew. */
  arrived(machine: MachineId): void {
    this.#watchedUntil.delete(machine);
  }

  /** @throws CausewayError MACHINE_OFFLINE, AGENT_TOO_OLD, RATE_LIMITED */
  diagnose({ id, name, agentVersion }: MachineRecord): void {
    if (!this.#presence.isOnline(id)) throw new CausewayError('MACHINE_OFFLINE', { name });
    if (!this.#presence.understandsEvents(id))
      throw new CausewayError('AGENT_TOO_OLD', { name, version: agentVersion });
    const now = this.#clock.now();
    const left = (this.#diagnosedAt.get(id) ?? Number.NEGATIVE_INFINITY) + LIMITS.DIAGNOSE_EVERY_MS.value - now;
    if (left > 0) throw new CausewayError('RATE_LIMITED', { seconds: Math.ceil(left / 1000) });
    this.#diagnosedAt.set(id, now);
    this.#tell(id, { type: 'event', event: 'diagnose' });
  }

  /** Forgets machines that are gone. */
  sweep(isThere: (machine: MachineId) => boolean): void {
    for (const map of [this.#kept, this.#watchedUntil, this.#diagnosedAt]) {
      for (const machine of map.keys()) if (!isThere(machine)) map.delete(machine);
    }
  }

  #tell(machine: MachineId, event: ControlEvent): void {
    for (const link of this.#presence.linksOf(machine)) link.send(event);
  }
}
