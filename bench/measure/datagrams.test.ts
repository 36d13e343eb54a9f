import { describe, expect, it } from 'vitest';
import { parseDatagrams } from './datagrams.ts';

function report(
  sent: { seconds: number; packets: number },
  received: { seconds: number; packets: number; lost_packets: number },
) {
  return JSON.stringify({ end: { sum_sent: { lost_packets: 0, ...sent }, sum_received: received } });
}

describe('parseDatagrams', () => {
  it('counts what arrived, over the time of the receiver', () => {
    const json = report({ seconds: 1, packets: 10_000 }, { seconds: 2, packets: 9_900, lost_packets: 99 });
    expect(parseDatagrams(json)).toEqual({ sent: 10_000, received: 4_900.5, lost: 0.01, seconds: 2 });
  });

  it('takes a datagram that came late and after all for no gain', () => {
    const json = report({ seconds: 1, packets: 100 }, { seconds: 1, packets: 100, lost_packets: -1 });
    expect(parseDatagrams(json)?.lost).toBe(0);
  });

  it('has no figures when nothing arrived', () => {
    expect(
      parseDatagrams(report({ seconds: 1, packets: 100 }, { seconds: 1, packets: 0, lost_packets: 0 })),
    ).toBeNull();
  });
});
