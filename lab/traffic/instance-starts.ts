/**
 * Starts of role instances, each from its own: when its name is first reached from another computer, what it has cost
 * by then, and how much of the time it only waited for a processor.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../causeway.ts';
import type { Host, Program } from '../hosts/host.ts';
import { waitedForProcessorMs } from '../hosts/processes.ts';

export interface InstanceStart {
  readonly name: string;
  readonly program: Program;
  /** From just before the process was started, milliseconds. */
  readonly reachedAfterMs: number;
  /** Of those, how many its main thread was ready to run and had no processor. */
  readonly waitedMs: number;
  /** Of the processors, for it and its children, until then. */
  readonly cpuSeconds: number;
}

export interface StartPlan {
  readonly names: readonly string[];
  /** From one start to the next; 0: all at once. */
  readonly everyMs: number;
  readonly patienceMs: number;
  start(name: string): Program;
}

/** @returns in the order in which they were reached. @throws Error when one ends, or is not reached in time */
export async function startAndReach(seekingHost: Host, plan: StartPlan): Promise<InstanceStart[]> {
  const seeker = seek(seekingHost, plan.names);
  await seeker.prints(/^ready$/m);
  const started = new Map<string, { at: number; program: Program }>();
  const reached = new Map<string, InstanceStart>();
  const look = () => {
    for (const [, name = '', at] of seeker.output.matchAll(/^reached (\S+) (\d+)$/gm)) {
      const one = started.get(name);
      if (one === undefined || reached.has(name)) continue;
      const waitedMs = waitedForProcessorMs(one.program.pid);
      const { cpuSeconds } = one.program.usage();
      reached.set(name, { name, program: one.program, reachedAfterMs: Number(at) - one.at, waitedMs, cpuSeconds });
    }
    return reached.size === plan.names.length;
  };
  for (const name of plan.names) {
    const at = Date.now();
    started.set(name, { at, program: plan.start(name) });
    await sleepLooking(plan.everyMs, look);
  }
  const programs = [...started.values()].map(({ program }) => program);
  await until(
    async () => look() || programs.some((program) => !program.running),
    plan.patienceMs,
    () => `only ${reached.size} of ${plan.names.length} were reached`,
  );
  const ended = programs.find((program) => !program.running);
  assert(ended === undefined, `${ended?.label} ended\n${ended?.tail()}`);
  return [...reached.values()];
}

async function sleepLooking(ms: number, look: () => boolean): Promise<void> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline) {
    await sleep(Math.min(100, deadline - Date.now()));
    look();
  }
}

function seek(host: Host, names: readonly string[]): Program {
  const program = fileURLToPath(new URL('./reach-names.ts', import.meta.url));
  return host.spawn('seeker', [process.execPath, program, ...names], {
    environment: { UV_THREADPOOL_SIZE: String(names.length) },
  });
}
