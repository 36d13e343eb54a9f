import { expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { engineCollector, releaseStartUpMemoryWhenQuiet, Scavenger } from './collector.ts';

test('collects once for every so many bytes received, and never without', () => {
  const collect = vi.fn();
  const scavenger = new Scavenger(collect);
  const every = LIMITS.SCAVENGE_EVERY_BYTES.value;
  scavenger.moved(every - 1);
  expect(collect).not.toHaveBeenCalled();
  scavenger.moved(1);
  expect(collect).toHaveBeenCalledExactlyOnceWith({ type: 'minor' });
  for (let i = 0; i < 4; i++) scavenger.moved(every / 2);
  expect(collect).toHaveBeenCalledTimes(3);
});

test('the collector of the engine frees buffers that nobody holds', async () => {
  const collect = engineCollector();
  const held = () => new Uint8Array(8_000_000).fill(1).length;
  for (let i = 0; i < 3; i++) held();
  const full = process.memoryUsage().arrayBuffers;
  collect({ type: 'minor' });
  await vi.waitUntil(() => process.memoryUsage().arrayBuffers <= full - 8_000_000);
});

test('what the start took is given back when the program is quiet, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const shares = [0.5, 0.021, 0.019];
  let looks = 0;
  const spy = vi.spyOn(performance, 'eventLoopUtilization').mockImplementation((_, before) => {
    const utilization = before === undefined ? 0 : (shares[looks++] ?? 0);
    return { idle: 0, active: 0, utilization };
  });
  try {
    releaseStartUpMemoryWhenQuiet(4_000);
    const giveUp = releaseStartUpMemoryWhenQuiet(60_000);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(looks).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect([looks, vi.getTimerCount()]).toEqual([2, 2]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([looks, vi.getTimerCount()]).toEqual([3, 1]);
    giveUp();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    spy.mockRestore();
    vi.useRealTimers();
  }
});
