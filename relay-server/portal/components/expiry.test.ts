import { expect, test } from 'vitest';
import { dayOf, expiryProblem, expiryTime } from './expiry.ts';

const NOW = new Date('2026-03-10T15:00:00').getTime();
const date = (day: string) => ({ choice: 'date', date: day }) as const;

test.each([
  ['1-day', 1],
  ['7-days', 7],
  ['30-days', 30],
] as const)('%s from now', (choice, days) => {
  expect(expiryTime({ choice, date: '' }, NOW)).toBe(new Date(NOW + days * 86_400_000).toISOString());
});

test('never is no time', () => {
  expect(expiryTime({ choice: 'never', date: '' }, NOW)).toBeNull();
});

test('a day lasts until its end, where the person is', () => {
  const end = new Date(expiryTime(date('2026-03-10'), NOW) ?? 0);
  expect([end.getDate(), end.getHours(), end.getMinutes()]).toEqual([10, 23, 59]);
  expect(dayOf(end.getTime())).toBe('2026-03-10');
});

test('a day that is over, and one that was not chosen, are told', () => {
  expect(expiryProblem(date('2026-03-09'), NOW)).toMatch(/over/);
  expect(expiryProblem(date(''), NOW)).toMatch(/Choose/);
  expect(expiryProblem(date('never'), NOW)).toMatch(/no date/);
  expect(expiryProblem(date('2026-03-10'), NOW)).toBeUndefined();
  expect(expiryProblem({ choice: '7-days', date: 'x' }, NOW)).toBeUndefined();
});
