import { expect, it } from 'vitest';
import { sudoersText } from './administrators.ts';

it('names administrators by number, and lets no name become a rule', () => {
  const text = sudoersText([
    { name: 'CORP\\alice', kind: 'user', id: 101_104 },
    { name: 'ops\nALL ALL=NOPASSWD: ALL', kind: 'group', id: 101_106 },
  ]);
  expect(text.split('\n').filter((line) => !/^# |^$/.test(line))).toEqual([
    '#101104 ALL=(ALL:ALL) ALL',
    '%#101106 ALL=(ALL:ALL) ALL',
  ]);
});
