import { beforeEach, expect, test } from 'vitest';
import { type OuterNetwork, Surroundings } from './surroundings.ts';

let [wall, monotonic] = [0, 0];
let network: OuterNetwork;
let surroundings: Surroundings;

beforeEach(() => {
  [wall, monotonic] = [1_000_000, 0];
  network = { connected: true, wayOut: 'a', sources: ['192.0.2.1'], addresses: 'a b' };
  surroundings = new Surroundings({ wall: () => wall, monotonic: () => monotonic }, () => network);
});

function pass(awake: number, asleep = 0): void {
  monotonic += awake;
  wall += awake + asleep;
}

test('a sleep and a set clock are noticed once; ordinary time is not', () => {
  pass(1_000);
  expect(surroundings.look()).toBeUndefined();
  pass(1_000, 600_000);
  expect(surroundings.look()).toBe('clock');
  expect(surroundings.look()).toBeUndefined();
  wall -= 86_400_000;
  expect(surroundings.look()).toBe('clock');
  pass(1_000, 500);
  expect(surroundings.look()).toBeUndefined();
});

test('so is a process that was stopped', () => {
  pass(6_000);
  expect(surroundings.look()).toBeUndefined();
  pass(30_000);
  expect(surroundings.look()).toBe('pause');
  expect(surroundings.look()).toBeUndefined();
});

test('and another network, by what of it is new', () => {
  network = { ...network, addresses: 'a c' };
  expect(surroundings.look()).toBe('addresses');
  network = { ...network, wayOut: 'd', addresses: 'd c' };
  expect(surroundings.look()).toBe('way-out');
  expect(surroundings.look()).toBeUndefined();
  network = { connected: false, wayOut: '', sources: [], addresses: '' };
  expect(surroundings.look()).toBe('cut-off');
  expect(surroundings.look()).toBeUndefined();
  network = { connected: true, wayOut: 'a', sources: [], addresses: 'a' };
  expect(surroundings.look()).toBe('way-out');
});

test('what was seen can be relied upon until time has passed, or jumped', () => {
  pass(900);
  expect(surroundings.due).toBe(false);
  pass(100);
  expect(surroundings.due).toBe(true);
  surroundings.look();
  expect(surroundings.due).toBe(false);
  pass(0, 60_000);
  expect(surroundings.due).toBe(true);
});

test('a connection from an address that no longer leads out can not live; one on this computer can', () => {
  expect(surroundings.mayLive('192.0.2.1')).toBe(true);
  network = { ...network, sources: ['192.0.2.2'] };
  surroundings.look();
  expect(['192.0.2.1', '192.0.2.2', '127.0.0.1', '::1'].map((one) => surroundings.mayLive(one))).toEqual([
    false,
    true,
    true,
    true,
  ]);
});
