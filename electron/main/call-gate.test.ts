import { expect, test } from 'vitest';
import { ALL_CALLS, CallGate } from './call-gate.ts';

let now = 0;
const gate = () => new CallGate(() => now);

test('so many calls are under way at a time, and each makes room when it ends', () => {
  const calls = gate();
  const ends = Array.from({ length: ALL_CALLS.atOnce }, () => calls.enter('ping'));
  expect(ends.every((end) => end !== undefined)).toBe(true);
  expect(calls.enter('ping')).toBeUndefined();
  ends[0]?.();
  expect(calls.enter('ping')).toBeDefined();
  expect(calls.enter('ping')).toBeUndefined();
});

test('a flood of short calls is cut to the pace, and a pause makes up for it', () => {
  const calls = gate();
  const let10_000Knock = () =>
    Array.from({ length: 10_000 }, () => {
      const end = calls.enter('state');
      end?.();
      return end !== undefined;
    }).filter(Boolean).length;
  expect(let10_000Knock()).toBe(ALL_CALLS.burst);
  now += 1_000;
  expect(let10_000Knock()).toBe(ALL_CALLS.perSecond);
  now += 60_000;
  expect(let10_000Knock()).toBe(ALL_CALLS.burst);
});

test('what opens something outside of the window goes one by one, and refusing it costs the others nothing', () => {
  const calls = gate();
  const first = calls.enter('saveDiagnostics');
  for (let i = 0; i < 1_000; i++) expect(calls.enter('saveDiagnostics')).toBeUndefined();
  expect(calls.enter('openService')).toBeDefined();
  expect(calls.enter('openService')).toBeUndefined();
  first?.();
  expect(calls.enter('saveDiagnostics')).toBeDefined();
});

test.each([undefined, null, 7, {}, '__proto__', 'constructor'])('%j is counted like any other', (name) => {
  const calls = gate();
  expect(Array.from({ length: 100 }, () => calls.enter(name)).filter(Boolean)).toHaveLength(ALL_CALLS.atOnce);
});
