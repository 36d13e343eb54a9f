/**
 * V8's flags for the garbage collector (collector.ts). They may not be set while a program starts: Node brings its own
 * modules compiled for V8's usual flags, and under others compiles each anew, 80 ms in all.
 */
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';

export function setCollectorFlags(): void {
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
  setFlagsFromString('--expose-gc');
}

/**
 * For what is made while the program runs and is compared by its flags at the next start.
 * @param tag V8's, from before anybody set flags
 */
export function underUsualFlags<Result>(tag: number, work: () => Result): Result {
  if (cachedDataVersionTag() === tag) return work();
  setFlagsFromString('--concurrent-array-buffer-sweeping');
  setFlagsFromString('--no-expose-gc');
  try {
    return work();
  } finally {
    setCollectorFlags();
  }
}
