/**
 * When machines were last seen, came and went, and API keys and sessions were last used, written in batches: ten thousand machines that
 * reconnect at once must not make ten thousand transactions. What a crash loses here, nobody misses.
 */
import type { Logger } from 'pino';
import type { MachineId } from '#protocol/ids.ts';
import type { Clock } from '../clock.ts';
import type { HistoryRecord, Sighting } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Directory } from './directory.ts';

const WRITE_AFTER_MS = 30_000;

export class Sightings {
  readonly #store: Store;
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #machines = new Map<MachineId, Sighting>();
  #keys = new Map<string, number>();
  #sessions = new Map<string, number>();
  #history: HistoryRecord[] = [];
  #cancel: (() => void) | undefined;

  constructor(around: { store: Store; directory: Directory; clock: Clock; logger: Logger }) {
    this.#store = around.store;
    this.#directory = around.directory;
    this.#clock = around.clock;
    this.#logger = around.logger;
  }

  add(id: MachineId, seenAs?: { os: string; agentVersion: string }): void {
    const machine = this.#directory.homeOf(id)?.machine(id);
    if (machine === undefined) return;
    const { os, agentVersion } = seenAs ?? machine;
    const seenAt = this.#clock.now();
    this.#directory.putMachine({ ...machine, os, agentVersion, lastSeenAt: seenAt });
    this.#machines.set(id, { machine: id, seenAt, os, agentVersion });
    this.#schedule();
  }

  /** Its first control connection is open. */
  came(machine: MachineId, address: string): void {
    this.#tell(machine, 'came', address === '' ? 'Connected.' : `Connected from ${address}.`);
  }

  /** Its last control connection is closed. */
  went(machine: MachineId): void {
    this.#tell(machine, 'went', 'Disconnected.');
  }

  /** What came and went and is not written yet, newest first. */
  historyOf(machine: MachineId): HistoryRecord[] {
    return this.#history.filter((entry) => entry.machine === machine).reverse();
  }

  keyUsed(id: string): void {
    this.#keys.set(id, this.#clock.now());
    this.#schedule();
  }

  /** When the key was last used, if that is not written yet. */
  keyUse(id: string): number | undefined {
    return this.#keys.get(id);
  }

  sessionUsed(id: string): void {
    this.#sessions.set(id, this.#clock.now());
    this.#schedule();
  }

  /** When the session was last used, if that is not written yet. */
  sessionUse(id: string): number | undefined {
    return this.#sessions.get(id);
  }

  /** Writes what has gathered. Never rejects: a full disk loses a time stamp and nothing else. */
  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const [machines, keys, sessions, history] = [this.#machines, this.#keys, this.#sessions, this.#history];
    this.#machines = new Map();
    this.#keys = new Map();
    this.#sessions = new Map();
    this.#history = [];
    try {
      if (machines.size > 0) await this.#store.recordSightings([...machines.values()]);
      if (history.length > 0) await this.#store.history.record(history);
      if (keys.size > 0) await this.#store.recordKeyUses(keys);
      if (sessions.size > 0) await this.#store.sessions.recordUses(sessions);
    } catch (error) {
      this.#logger.warn({ err: error }, 'when machines were last seen could not be written');
    }
  }

  #tell(machine: MachineId, what: HistoryRecord['what'], sentence: string): void {
    this.#history.push({ machine, at: this.#clock.now(), what, sentence });
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.after(WRITE_AFTER_MS, () => void this.flush());
  }
}
