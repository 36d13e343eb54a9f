/**
 * What a program with many processes costs, such as a browser: memory as each page's share (pages that n
 * processes share count a n-th in each), and processor time.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { usageOf } from '#lab/hosts/processes.ts';

export interface FamilyUsage {
  readonly bytes: number;
  readonly cpuSeconds: number;
  readonly processes: number;
}

/** @param root the process that started the others */
export function usageOfFamily(root: number): FamilyUsage {
  const family = familyOf(root);
  const bytes = family.reduce((sum, pid) => sum + shareOf(pid), 0);
  return { bytes, cpuSeconds: usageOf(root).cpuSeconds, processes: family.length };
}

/** Ids of the process and all below it. */
function familyOf(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(field(Number(name), 'status', /^PPid:\s+(\d+)/m) ?? -1) }));
  const family = [root];
  for (const member of family) family.push(...parents.filter(({ parent }) => parent === member).map(({ pid }) => pid));
  return family;
}

/** Proportional set size; zero for one that has ended. */
function shareOf(pid: number): number {
  return Number(field(pid, 'smaps_rollup', /^Pss:\s+(\d+)/m) ?? 0) * 1024;
}

function field(pid: number, file: string, pattern: RegExp): string | undefined {
  try {
    return pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
