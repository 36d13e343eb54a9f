import { afterEach, expect, test, vi } from 'vitest';
import { heapBytes, residentBytes } from './memory.ts';

afterEach(() => vi.restoreAllMocks());

test('memory is told', () => {
  expect(residentBytes()).toBeGreaterThan(10_000_000);
  expect(heapBytes()).toBeGreaterThan(1_000_000);
  expect(heapBytes()).toBeLessThan(residentBytes() * 2);
});

test('without a file descriptor the server goes on, and tells the most there ever was', () => {
  vi.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
    throw Object.assign(new Error('EMFILE: too many open files, uv_resident_set_memory'), { code: 'EMFILE' });
  });
  expect(residentBytes()).toBeGreaterThan(10_000_000);
});
