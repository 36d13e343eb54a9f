/**
 * File descriptors of a process: how many it has open, and how many it may have. Undefined where the system does
 * not tell (it is Linux that does).
 */
import { readdirSync, readFileSync } from 'node:fs';

export interface Descriptors {
  readonly used: number;
  readonly most: number;
}

export function descriptorsOf(pid: number | 'self'): Descriptors | undefined {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
    return most === undefined ? undefined : { used: readdirSync(`/proc/${pid}/fd`).length, most: Number(most) };
  } catch {
    return undefined;
  }
}
