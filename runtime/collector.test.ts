import { expect, test, vi } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { engineCollector, Scavenger } from './collector.ts';

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
