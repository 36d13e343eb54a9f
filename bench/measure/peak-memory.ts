/**
 * The most memory that one process held since one began to look: the kernel's own high-water mark, so no
 * peak between two samples is missed, and looking costs the measured process nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Sets the mark back to what the process holds now (proc_pid_clear_refs(5), value 5). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** @returns bytes of the resident set, children not included */
export function peakBytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`the kernel keeps no peak of process ${pid}`);
  return Number(kibibytes) * 1024;
}
