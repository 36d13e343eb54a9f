import { describe, expect, it } from 'vitest';
import { parseRoundTrips } from './round-trips.ts';

describe('parseRoundTrips', () => {
  it('reads times of every magnitude, in order', () => {
    expect(parseRoundTrips('10.0.0.2 : 0.098 1.23 12.3 123\n', 4)).toEqual({
      times: [0.098, 1.23, 12.3, 123],
      lost: 0,
    });
  });

  it('counts what was not answered', () => {
    expect(parseRoundTrips('10.0.0.2 : 0.1 - 0.2 -\n', 4)).toEqual({ times: [0.1, 0.2], lost: 2 });
  });

  it('passes over what is said about single packets', () => {
    const printed = 'ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 10.0.0.2\n10.0.0.2 : - 0.2\n';
    expect(parseRoundTrips(printed, 2)).toEqual({ times: [0.2], lost: 1 });
  });

  it('refuses fewer results than packets', () => {
    expect(() => parseRoundTrips('10.0.0.2 : 0.1 0.2\n', 3)).toThrow('2 results for 3 packets');
  });

  it('refuses an error of the command', () => {
    expect(() => parseRoundTrips('fping: invalid option\n', 3)).toThrow('invalid option');
  });
});
