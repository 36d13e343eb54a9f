import { expect, test } from 'vitest';
import { outerAddresses, Surroundings } from './surroundings.ts';

test('a sleep, a set clock and another address are noticed once; ordinary time is not', () => {
  let [wall, monotonic, addresses] = [1_000_000, 0, 'a'];
  const surroundings = new Surroundings({ wall: () => wall, monotonic: () => monotonic }, () => addresses);
  const pass = (awake: number, asleep = 0) => {
    monotonic += awake;
    wall += awake + asleep;
  };
  pass(3_600_000);
  expect(surroundings.look()).toBeUndefined();
  pass(2_000, 600_000);
  expect(surroundings.look()).toBe('clock');
  expect(surroundings.look()).toBeUndefined();
  wall -= 86_400_000;
  expect(surroundings.look()).toBe('clock');
  pass(2_000, 500);
  expect(surroundings.look()).toBeUndefined();
  addresses = 'b';
  expect(surroundings.look()).toBe('network');
  expect(surroundings.look()).toBeUndefined();
});

test('neither loopback nor the interface that has our own address counts', () => {
  const all = outerAddresses([]);
  expect(all).not.toContain('127.0.0.1/');
  const [first] = all.split(' ');
  if (first !== undefined && first !== '') expect(outerAddresses([first.split('/')[0] ?? ''])).not.toContain(first);
});
