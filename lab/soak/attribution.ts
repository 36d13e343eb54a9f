/**
 * Which fault explains a disturbance: one that concerned the same machine, at the same time or just before. What
 * none explains is a finding. Pure.
 */

export interface Fault {
  readonly kind: string;
  /** Whether it is to blame for what these, one machine or the two ends of a conversation, suffer. */
  readonly concerns: (machines: readonly string[]) => boolean;
  /** Milliseconds of the Unix epoch. */
  readonly from: number;
  /** When it was over; infinite while it is not. */
  to: number;
  /** How long after that something may still be wrong by it; RECOVERY_MS when not given. */
  readonly recoveryMs?: number;
}

export interface Disturbance {
  /** Both ends, or the one machine that is concerned. */
  readonly machines: readonly string[];
  readonly what: string;
  /** When it last worked, or was begun. */
  readonly from: number;
  readonly to: number;
}

/** How long after a fault something may still be wrong by it: to notice, to connect anew, on a computer full of others. */
const RECOVERY_MS = 15_000;
/** Clocks are read some time after what they are to note. */
const SLACK_MS = 1_000;

/** The latest of the first list of which one fits; undefined for none. */
export function causeOf(disturbance: Disturbance, ...lists: readonly (readonly Fault[])[]): Fault | undefined {
  const fits = (fault: Fault) => fault.concerns(disturbance.machines) && overlaps(fault, disturbance);
  for (const faults of lists) {
    const cause = faults.findLast(fits);
    if (cause !== undefined) return cause;
  }
  return undefined;
}

/** Of those that fit, the one that was over last: from then on nothing was in the way. */
export function lastCauseOf(disturbance: Disturbance, faults: readonly Fault[]): Fault | undefined {
  const fitting = faults.filter((fault) => fault.concerns(disturbance.machines) && overlaps(fault, disturbance));
  return fitting.toSorted((a, b) => a.to - b.to).at(-1);
}

export const everybody: Fault['concerns'] = () => true;

/** What any of these machines has part in. */
export function anyOf(names: readonly string[]): Fault['concerns'] {
  const struck = new Set(names);
  return (machines) => machines.some((machine) => struck.has(machine));
}

/** Conversations between one of the first and one of the second, and nothing else of theirs. */
export function between(first: readonly string[], second: readonly string[]): Fault['concerns'] {
  const [here, there] = [new Set(first), new Set(second)];
  return ([a = '', b = '']) => (here.has(a) && there.has(b)) || (here.has(b) && there.has(a));
}

/** TCP doubles its time-out until something gets through: after a pause it may wait for as long again. */
function overlaps({ from, to, recoveryMs = RECOVERY_MS }: Fault, disturbance: Disturbance): boolean {
  const late = to + recoveryMs + (to - from);
  return disturbance.to >= from - SLACK_MS && disturbance.from <= late;
}
