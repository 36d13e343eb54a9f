import { expect, test } from 'vitest';
import { longestSilenceMs } from './ping-gaps.ts';

test('the longest time between two answers', () => {
  const line = (at: string, sequence: number) =>
    `[${at}] 64 bytes from pc02 (fd00::1): icmp_seq=${sequence} ttl=64 time=1 ms`;
  const output = ['PING pc02', line('100.100000', 1), line('100.300000', 2), line('102.550000', 5), line('102.7', 6)];
  expect(longestSilenceMs(output.join('\n'))).toBe(2250);
  expect(longestSilenceMs('PING pc02\n')).toBe(0);
});
