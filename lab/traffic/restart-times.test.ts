import { expect, test } from 'vitest';
import { restartTimes } from './restart-times.ts';

const line = (time: number, msg: string) => JSON.stringify({ level: 30, time, msg });
const START = ['agent is ready', 'control online', 'relay online'] as const;
const log = (...entries: [number, string][]) => entries.map(([time, msg]) => line(time, msg)).join('\n');

test('counts from the last stop, whatever was before', () => {
  const text = log([1, 'stopping'], [2, START[0]], [3, START[1]], [4, START[2]], [100, 'stopping'], [300, START[0]]);
  expect(restartTimes(`${text}\nno JSON\n${log([450, START[1]], [470, START[2]])}`)).toEqual({
    ready: 200,
    controlOnline: 350,
    relayOnline: 370,
  });
});

test('says what did not happen', () => {
  expect(() => restartTimes(log([1, START[0]], [2, 'stopping']))).toThrow('agent is ready');
  expect(() => restartTimes('')).toThrow('after it was stopped');
});
