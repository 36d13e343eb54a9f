/**
 * What a server process has cost, by the kernel's accounting: processor time of all its threads and of the one that
 * runs its JavaScript, memory, files that it may open.
 */
import { readFileSync } from 'node:fs';

/** Linux exports times to /proc in 1/100 s (USER_HZ). */
const TICKS_PER_SECOND = 100;
const KIB = 1_024;

export interface ServerCost {
  readonly cpuSeconds: number;
  /** Of its first thread. */
  readonly mainSeconds: number;
}

export function costOf(pid: number): ServerCost {
  return { cpuSeconds: secondsIn(`/proc/${pid}/stat`), mainSeconds: secondsIn(`/proc/${pid}/task/${pid}/stat`) };
}

/** Since an earlier cost. */
export function costSince(pid: number, before: ServerCost): ServerCost {
  const after = costOf(pid);
  return { cpuSeconds: after.cpuSeconds - before.cpuSeconds, mainSeconds: after.mainSeconds - before.mainSeconds };
}

export function residentBytes(pid: number): number {
  const kibibytes = /^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return Number(kibibytes) * KIB;
}

/** Files that the process may have open. */
export function filesMax(pid: number): number {
  const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}

function secondsIn(path: string): number {
  const text = readFileSync(path, 'utf8');
  // proc_pid_stat(5): fields 14 and 15, counted after the command, which may hold anything.
  const after = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(after[11]) + Number(after[12])) / TICKS_PER_SECOND;
}
