import { afterEach, expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { UdpFlows } from './udp-flows.ts';

const closed: string[] = [];
let flows: UdpFlows<Disposable>;
const start = () => {
  closed.length = 0;
  flows = new UdpFlows((pair) => (pair === 'impossible' ? undefined : { [Symbol.dispose]: () => closed.push(pair) }));
  return flows;
};
afterEach(() => flows[Symbol.dispose]());

test('a pair has one flow for as long as it is used', () => {
  start();
  const first = flows.use('a');
  expect(flows.use('a')).toBe(first);
  expect(flows.use('b')).not.toBe(first);
  expect(flows.use('impossible')).toBeUndefined();
  expect(flows.size).toBe(2);
});

test('one more than there may be puts out the one that was silent for longest', () => {
  start();
  for (let i = 0; i < LIMITS.USERSPACE_UDP_FLOWS_MAX.value; i++) flows.use(`pair ${i}`);
  flows.use('pair 0');
  flows.use('one more');
  expect(closed).toEqual(['pair 1']);
});

test('who is silent is forgotten, and closed', () => {
  start();
  flows.use('a');
  flows.forgetIdle(performance.now() + LIMITS.USERSPACE_UDP_IDLE_MS.value / 2);
  expect(closed).toEqual([]);
  flows.forgetIdle(performance.now() + LIMITS.USERSPACE_UDP_IDLE_MS.value + 1);
  expect(closed).toEqual(['a']);
  expect(flows.size).toBe(0);
});
