import { describe, expect, test } from 'vitest';
import type { Connection, Group, Machine } from '../../api/shapes.ts';
import { guideState, namesInWords } from './guide-state.ts';

const alone = { name: 'sql01', group: null } as Machine;
const filled = { name: 'SQL servers', machines: 1 } as Group;
const empty = { name: 'Laptops', machines: 0 } as Group;
const between = (a: 'group' | 'role', b: 'group' | 'role') => ({ a: { kind: a }, b: { kind: b } }) as Connection;

describe('the first three steps', () => {
  test.each([
    ['nothing', [], [], [], 1],
    ['groups and connections without a computer', [], [empty], [between('role', 'group')], 1],
    ['a computer alone', [alone], [], [], 2],
    ['a computer beside an empty group', [alone], [empty], [], 2],
    ['a computer in a group', [alone], [filled], [], 3],
    ['a connection', [alone], [filled], [between('role', 'group')], 4],
  ] as const)('%s', (_, computers, groups, connections, step) => {
    expect(guideState(computers, computers.length, groups, connections).step).toBe(step);
  });

  test('show a connection of a role rather than one between groups', () => {
    const ofRole = between('group', 'role');
    expect(guideState([alone], 1, [filled], [between('group', 'group'), ofRole]).connection).toBe(ofRole);
  });
});

test('names in words', () => {
  expect(namesInWords(['sql01'])).toBe('sql01');
  expect(namesInWords(['sql01', 'sql02'])).toBe('sql01 and sql02');
  expect(namesInWords(['sql01', 'sql02'], 1_002)).toBe('sql01, sql02 and 1,000 more');
});
