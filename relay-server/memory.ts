/**
 * Memory of this process. Node reads it from a file, and so can not when the process has no file descriptor left:
 * of all moments the one at which a server must go on.
 */
import { getHeapStatistics } from 'node:v8';

const KIB = 1_024;

/** Bytes that are resident; when that can not be read, the most that ever were. */
export function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return process.resourceUsage().maxRSS * KIB;
  }
}

/** Bytes of JavaScript's heap in use. */
export function heapBytes(): number {
  return getHeapStatistics().used_heap_size;
}
