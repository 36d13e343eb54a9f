import { describe, expect, it } from 'vitest';
import { parseRequests } from './requests.ts';

describe('parseRequests', () => {
  it('divides the answers by the time without the warm-up', () => {
    const printed = [
      'sockperf: [Total Run] RunTime=2.000 sec; Warm up time=400 msec; SentMessages=4075; ReceivedMessages=4074',
      'sockperf: [Valid Duration] RunTime=1.500 sec; SentMessages=3001; ReceivedMessages=3000',
    ];
    expect(parseRequests(printed.join('\n'))).toBe(2_000);
  });

  it.each([
    ['nothing', ''],
    ['an error', 'sockperf: ERROR: Can`t connect socket (errno=111 Connection refused)'],
    ['a run that was too short', 'sockperf: [Valid Duration] RunTime=0.000 sec; SentMessages=0; ReceivedMessages=0'],
  ])('refuses %s', (_, printed) => {
    expect(() => parseRequests(printed)).toThrow('no result');
  });
});
