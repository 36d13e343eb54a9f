import { expect, test } from 'vitest';
import { agoWords, clockWords, policyWords, roundTripWords } from './measure-words.ts';

test('round trips are as exact as matters', () => {
  expect([0.2, 1, 9.96, 180.4].map(roundTripWords)).toEqual(['under 1 ms', '1.0 ms', '10 ms', '180 ms']);
});

test('ages are in the largest unit', () => {
  expect([-50, 1_400, 12_000, 60_000, 3 * 3_600_000, 86_400_000 * 2].map(agoWords)).toEqual([
    'just now',
    'just now',
    '12 seconds ago',
    '1 minute ago',
    '3 hours ago',
    '2 days ago',
  ]);
});

test('an agent is up to date or some versions behind', () => {
  expect(policyWords(7, 7)).toEqual({ tone: 'good', words: 'Up to date' });
  expect(policyWords(8, 7).words).toBe('Up to date');
  expect(policyWords(6, 7).words).toBe('One behind');
  expect(policyWords(1, 1_301).words).toBe('1,300 behind');
});

test('a clock agrees or is off', () => {
  expect([200, 5_000, -120_000].map(clockWords)).toEqual([
    'Agrees with the server',
    '5 seconds behind the server',
    '2 minutes ahead of the server',
  ]);
});
