import { expect, it } from 'vitest';
import { TrafficHistory } from './traffic-history.ts';

const peer = (id: string, receivedBytes: number, sentBytes = 0) => ({ id, receivedBytes, sentBytes });

it('makes rates of totals', () => {
  const history = new TrafficHistory();
  history.record(1_000, [peer('a', 500), peer('b', 0)]);
  expect(history.all()).toEqual([]);
  history.record(3_000, [peer('a', 1_500, 40), peer('b', 2_000)]);
  expect(history.all()).toMatchObject([{ at: 3_000, received: 1_500, sent: 20 }]);
  expect(history.ofPeer('a')).toEqual([520]);
  expect(history.ofPeer('nobody')).toEqual([0]);
});

it('loses nothing of what comes in quick succession', () => {
  const history = new TrafficHistory();
  for (const at of [0, 1_000, 1_100, 1_200, 2_000]) history.record(at, [peer('a', at)]);
  expect(history.all().map(({ received }) => received)).toEqual([1_000, 1_000]);
});

it('takes a total that has become smaller for a new session, and one that is gone for nothing', () => {
  const history = new TrafficHistory();
  history.record(0, [peer('a', 9_000), peer('b', 9_000)]);
  history.record(1_000, [peer('a', 300)]);
  expect(history.all()).toMatchObject([{ received: 300, sent: 0 }]);
});

it('begins anew when the clock is set back', () => {
  const history = new TrafficHistory();
  for (const at of [50_000, 51_000, 10_000, 11_000]) history.record(at, [peer('a', at)]);
  expect(history.all()).toMatchObject([{ at: 11_000, received: 1_000 }]);
});

it('keeps two minutes', () => {
  const history = new TrafficHistory();
  for (let second = 0; second <= 300; second++) history.record(second * 1_000, []);
  expect(history.all()).toHaveLength(120);
});
