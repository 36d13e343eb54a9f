/**
 * What processes cost, read from /proc: processor time and resident memory, threads included, of a
 * process and everything below it.
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** User plus system time in seconds, of living processes and of children they have waited for. */
  readonly cpuSeconds: number;
  /** Resident set, bytes. */
  readonly rssBytes: number;
}

/** Linux exports times to /proc in 1/100 s on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * The sum over the processes `roots` and their descendants, of which none may be another's; zero for what
 * is gone. All of /proc is read once, however many are asked for.
 */
export function usageOf(...roots: readonly number[]): Usage {
  const children = new Map<number, number[]>();
  const stats = new Map<number, Usage>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readStat(Number(entry)) : null;
    if (stat === null) continue;
    stats.set(Number(entry), stat);
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), Number(entry)]);
  }
  const sum = { cpuSeconds: 0, rssBytes: 0 };
  const pending = [...roots];
  for (let pid = pending.pop(); pid !== undefined; pid = pending.pop()) {
    sum.cpuSeconds += stats.get(pid)?.cpuSeconds ?? 0;
    sum.rssBytes += stats.get(pid)?.rssBytes ?? 0;
    pending.push(...(children.get(pid) ?? []));
  }
  return sum;
}

/**
 * How often the threads of a process have gone to sleep of their own accord, hence been woken. Unlike
 * processor time it does not depend on what the computer or its hypervisor does meanwhile.
 */
export function wakesOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const statuses = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/status`, 'utf8'));
  return statuses.reduce((sum, text) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(text)?.[1] ?? 0), 0);
}

/**
 * How long the main thread of a process was ready to run and had to wait for a processor so far, in milliseconds; 0
 * where the kernel does not count it. Beside the time that passed it tells what the computer took from what the program did.
 */
export function waitedForProcessorMs(pid: number): number {
  try {
    // proc(5): time on a processor, time ready to run, both in nanoseconds, and the number of turns.
    const [, waited = '0'] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waited) / 1e6;
  } catch {
    return 0;
  }
}

/** Processor time of the whole machine that was not idle, in seconds: includes what the kernel does for everybody. */
export function machineCpuSeconds(): number {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  const total = fields.reduce((sum, field) => sum + field, 0);
  const [idle = 0, waiting = 0] = [fields[3], fields[4]];
  return (total - idle - waiting) / TICKS_PER_SECOND;
}

function readStat(pid: number): (Usage & { parent: number }) | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold anything; proc_pid_stat(5) numbers from 1.
    const after = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number) => Number(after[number - 3]);
    const ticks = field(14) + field(15) + field(16) + field(17);
    return { parent: field(4), cpuSeconds: ticks / TICKS_PER_SECOND, rssBytes: residentBytes(pid) };
  } catch {
    return null;
  }
}

function residentBytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}
