/**
 * Notes when the computer is too busy to run the programs of the soak: by the kernel's own account of how long each
 * of them waited for a processor. Where many others run, that is a fault as any other, but nobody's injection.
 */
import { readFileSync } from 'node:fs';
import type { Host } from '../hosts/host.ts';
import { anyOf, everybody } from './attribution.ts';
import type { Ledger } from './ledger.ts';
import { programsOf } from './watched.ts';

export const STARVED = 'the computer was too busy (no injection)';

const LOOK_EVERY_MS = 1_000;
/** Share of the time: an agent that waits for longer than it needs answers late. */
const STARVED_SHARE = 0.25;
/** proc(5): /proc/PID/schedstat counts nanoseconds. */
const NANOSECONDS_PER_MS = 1e6;

/** Looks for ever. @returns what ends it */
export function watchStarvation(hosts: readonly Host[], ledger: Ledger): () => void {
  const before = new Map<number, number>();
  let lookedAt = performance.now();
  const timer = setInterval(() => {
    const elapsed = performance.now() - lookedAt;
    lookedAt = performance.now();
    for (const { label, pid, running } of programsOf(hosts)) {
      const waited = running ? waitedMs(pid) : undefined;
      const last = before.get(pid);
      if (waited === undefined) continue;
      before.set(pid, waited);
      if (last === undefined || waited - last < STARVED_SHARE * elapsed) continue;
      const [name = '', what] = label.split(': ');
      ledger.starved(what === 'relay' ? everybody : anyOf([name]), STARVED, elapsed);
    }
    // So is this process, which tells everybody what to do.
    if (elapsed > LOOK_EVERY_MS * (1 + 2 * STARVED_SHARE)) ledger.starved(everybody, STARVED, elapsed);
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** Of its first thread, which runs all of its JavaScript. */
function waitedMs(pid: number): number | undefined {
  try {
    const [, waiting] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waiting) / NANOSECONDS_PER_MS;
  } catch {
    return undefined;
  }
}
