/**
 * Processor time of this process, all of its threads, for a piece of work.
 */

/** @returns CPU-seconds, user and system */
export async function measureCpu(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/**
 * Repeats a short piece of work for so long, after it has warmed up.
 * @returns CPU-seconds of one
 */
export async function measureRepeated(work: () => unknown, forMs: number): Promise<number> {
  const repeat = async (ms: number): Promise<number> => {
    let count = 0;
    for (const end = performance.now() + ms; performance.now() < end; count++) {
      const result = work();
      if (result instanceof Promise) await result;
    }
    return count;
  };
  await repeat(forMs / 2);
  let count = 0;
  const seconds = await measureCpu(async () => {
    count = await repeat(forMs);
  });
  return seconds / count;
}
