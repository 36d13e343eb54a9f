/**
 * Processor time of a page's main thread: unlike the time that passes, the same however busy the machine is.
 */
import type { Page } from 'playwright-core';

/** @returns milliseconds since this was called; the page may go elsewhere meanwhile */
export async function startPageCpu(page: Page): Promise<() => Promise<number>> {
  const debuggee = await page.context().newCDPSession(page);
  await debuggee.send('Performance.enable', { timeDomain: 'threadTicks' });
  const soFar = async () => {
    const { metrics } = await debuggee.send('Performance.getMetrics');
    return 1_000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await soFar();
  return async () => (await soFar()) - before;
}
