import { expect, test } from 'vitest';
import type { RelayOverTime, RelaySample } from '../../api/shapes.ts';
import { chartsOf, columnsOf, momentsOf, sentenceOf } from './relay-charts.ts';

const sample = (second: number, inBytesPerSecond: number): RelaySample => ({
  at: new Date(second * 1000).toISOString(),
  relayConnections: 3,
  controlConnections: 4,
  inBytesPerSecond,
  outBytesPerSecond: 0,
  framesPerSecond: 1,
  droppedPerSecond: { 'queue-full': 0, 'too-old': 0 },
  queuedBytes: 0,
  queueAgeMs: 0,
  cpu: 0.1,
  residentBytes: 1e8,
  heapBytes: 5e7,
});
const relay = (samples: RelaySample[], now: RelaySample): RelayOverTime => ({
  startedAt: new Date(0).toISOString(),
  serverVersion: '1.0.0',
  now,
  samples,
});
const chart = (title: string, of: RelayOverTime) => {
  const found = chartsOf(of).find((each) => each.title === title);
  if (found === undefined) throw new Error(`no chart ${title}`);
  return found;
};

test('the present is the last moment, unless it is a sample already', () => {
  expect(momentsOf(relay([sample(10, 1)], sample(12, 2)))).toHaveLength(2);
  expect(momentsOf(relay([sample(10, 1)], sample(10, 1)))).toHaveLength(1);
});

test('a chart is made of seconds and a column for each line', () => {
  const of = relay([sample(10, 1)], sample(12, 2));
  expect(columnsOf(chart('Throughput', of), momentsOf(of))).toEqual([
    [10, 12],
    [1, 2],
    [0, 0],
  ]);
});

test('a sentence tells the present and the most of what there was, or that there was nothing', () => {
  const of = relay([sample(0, 5_000), sample(300, 100)], sample(600, 2_000));
  expect(sentenceOf(chart('Throughput', of), momentsOf(of))).toBe(
    'In: 2 KB/s now, 5 KB/s at most in the last 10 minutes.',
  );
  expect(sentenceOf(chart('Dropped frames', of), momentsOf(of))).toBe('Nothing in the last 10 minutes.');
});
