import { describe, expect, test } from 'vitest';
import { anyOf, between, causeOf, type Disturbance, everybody, type Fault } from './attribution.ts';

const cut: Fault = { kind: 'link cut', concerns: anyOf(['n01']), from: 100_000, to: 105_000 };
const relay: Fault = { kind: 'relay killed', concerns: everybody, from: 300_000, to: 302_000 };
const faults = [cut, relay];
const disturbance = (from: number, to: number, ...machines: string[]): Disturbance => ({
  machines,
  what: 'a gap',
  from,
  to,
});

describe('a disturbance', () => {
  test.each([
    ['during a fault of one end', disturbance(101_000, 104_000, 'n02', 'n01'), 'link cut'],
    ['begun before it and over after it', disturbance(99_000, 110_000, 'n01'), 'link cut'],
    ['just after it', disturbance(112_000, 113_000, 'n01', 'n02'), 'link cut'],
    ['of anybody, by what concerned everybody', disturbance(300_500, 303_000, 'n07', 'n08'), 'relay killed'],
  ])('%s is explained', (_, seen, kind) => {
    expect(causeOf(seen, faults)?.kind).toBe(kind);
  });

  test.each([
    ['of others', disturbance(101_000, 104_000, 'n02', 'n03')],
    ['before it', disturbance(90_000, 98_000, 'n01')],
    ['long after it', disturbance(126_000, 128_000, 'n01')],
  ])('%s is not', (_, seen) => {
    expect(causeOf(seen, faults)).toBeUndefined();
  });

  test('is put down to a second list only when nothing of the first fits', () => {
    const busy: Fault = { kind: 'busy', concerns: everybody, from: 104_000, to: 105_000, recoveryMs: 3_000 };
    expect(causeOf(disturbance(104_000, 109_000, 'n01'), [cut], [busy])?.kind).toBe('link cut');
    expect(causeOf(disturbance(108_000, 109_000, 'n02'), [cut], [busy])?.kind).toBe('busy');
    expect(causeOf(disturbance(109_500, 110_000, 'n02'), [cut], [busy])).toBeUndefined();
  });

  test('of one conversation is not explained by a change of policy between others', () => {
    const removed: Fault = { ...cut, kind: 'removed', concerns: between(['n01', 'n02'], ['n15', 'n16']) };
    expect(causeOf(disturbance(101_000, 104_000, 'n15', 'n02'), [removed])?.kind).toBe('removed');
    expect(causeOf(disturbance(101_000, 104_000, 'n01', 'n02'), [removed])).toBeUndefined();
    expect(causeOf(disturbance(101_000, 104_000, 'n01'), [removed])).toBeUndefined();
  });

  test('is put down to the latest that fits', () => {
    const later: Fault = { kind: 'agent killed', concerns: anyOf(['n01']), from: 106_000, to: 108_000 };
    expect(causeOf(disturbance(104_000, 109_000, 'n01'), [cut, later])?.kind).toBe('agent killed');
  });
});
