/**
 * The one process that a contender has on every machine, and how it is ended and started again.
 */
import type { Host, Program } from '#lab/hosts/host.ts';

/** How long a process may take to end: one of those measured here sometimes never does. */
const STOP_GRACE_MS = 3_000;

export class MachinePrograms {
  readonly #launch: (machine: Host) => Program;
  readonly #programs = new Map<Host, Program>();

  /** @param launch starts the process on a machine that has all its files */
  constructor(launch: (machine: Host) => Program) {
    this.#launch = launch;
  }

  /** Those that run, in the order of the machines' first starts. */
  get all(): readonly Program[] {
    return [...this.#programs.values()];
  }

  start(machine: Host): Program {
    return this.adopt(machine, this.#launch(machine));
  }

  /** Takes over what was started otherwise. */
  adopt(machine: Host, program: Program): Program {
    this.#programs.set(machine, program);
    return program;
  }

  /** As a service manager does it: it may tidy up, but not for ever. What it keeps on the disk stays. */
  async stop(machine: Host): Promise<void> {
    const program = this.#programs.get(machine);
    if (program === undefined) return;
    const force = setTimeout(() => void program.end('SIGKILL'), STOP_GRACE_MS);
    await program.end('SIGTERM');
    clearTimeout(force);
  }
}
