/**
 * The processes of the soak that are watched for leaks: every agent and relay server that has lived, with what it
 * held whenever it was looked at.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, Program } from '../hosts/host.ts';
import { type Growth, growthOf, type Level, levelsIn } from './levels.ts';

/** A collection of all garbage on a busy computer. */
const PATIENCE_MS = 60_000;

export interface Watched {
  readonly label: string;
  readonly looks: readonly Level[];
  /** Null when it did not live long enough to be judged. */
  readonly growth: readonly Growth[] | null;
}

/** Has every agent and relay server say what it holds. */
export async function lookAll(hosts: readonly Host[]): Promise<void> {
  const programs = programsOf(hosts).filter(({ running }) => running);
  const before = new Map(programs.map((program) => [program, levelsIn(program.output).length]));
  for (const { pid } of programs) process.kill(pid, 'SIGUSR2');
  const deadline = performance.now() + PATIENCE_MS;
  const missing = () => programs.filter((program) => levelsIn(program.output).length === before.get(program));
  while (missing().length > 0) {
    if (performance.now() > deadline) {
      throw new Error(
        `${missing()
          .map(({ label }) => label)
          .join(', ')} did not say what they hold`,
      );
    }
    await sleep(100);
  }
}

export function watched(hosts: readonly Host[]): Watched[] {
  return programsOf(hosts).map(({ label, output }) => {
    const looks = levelsIn(output);
    return { label, looks, growth: growthOf(looks) };
  });
}

/** Every agent and relay server that was ever started. */
export function programsOf(hosts: readonly Host[]): Program[] {
  return hosts.flatMap(({ programs }) => programs).filter(({ label }) => /: (?:agent|relay)$/.test(label));
}
