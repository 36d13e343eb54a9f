import { expect, test } from 'vitest';
import { closingLines, passed, type Verdict } from './tally.ts';

const GOOD: Verdict = { name: 'a', state: 'passed' };
const BAD: Verdict = { name: 'b', state: 'failed', reason: 'broken' };
const LEFT: Verdict = { name: 'c', state: 'skipped', reason: 'no /dev/net/tun' };

test('the counts stand alone on the last line, behind the reasons', () => {
  expect(closingLines([GOOD, LEFT, BAD, GOOD])).toEqual([
    'skipped: c (no /dev/net/tun)',
    '2 passed, 1 failed, 1 skipped',
  ]);
  expect(closingLines([])).toEqual(['0 passed, 0 failed, 0 skipped']);
});

test('passed: something did, and nothing failed', () => {
  expect(passed([GOOD, LEFT])).toBe(true);
  expect(passed([GOOD, BAD])).toBe(false);
  expect(passed([LEFT])).toBe(false);
  expect(passed([])).toBe(false);
});
