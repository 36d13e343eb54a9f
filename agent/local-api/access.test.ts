import { expect, test } from 'vitest';
import { waysTo } from './access.ts';
import { groupIn } from './users-group.ts';

const FILE = 'root:x:0:\ncauseway-old:x:9:anna\nbroken\ncauseway:x:4711:anna,bert\n';

test.each([
  [FILE, { id: 4711, members: ['anna', 'bert'] }],
  ['causeway:x:7:', { id: 7, members: [] }],
  ['causeway:x:7', { id: 7, members: [] }],
  ['causeway:x:-1:anna\ncauseway:x::anna', undefined],
  ['causeway', undefined],
  ['', undefined],
])('the group in %j', (text, group) => {
  expect(groupIn(text, 'causeway')).toEqual(group);
});

test.each([
  [
    'no group',
    undefined,
    { name: 'carl', groups: [100] },
    /groupadd --system causeway.*usermod -aG causeway carl.*restart/,
  ],
  ['a stranger', FILE, { name: 'carl', groups: [100] }, /^join .*`sudo usermod -aG causeway carl`, and sign in again$/],
  ['a new member', FILE, { name: 'anna', groups: [100] }, /^sign out and in again/],
  ['a member', FILE, { name: 'anna', groups: [100, 4711] }, /^restart the agent/],
])('%s is told what gives access', (_, text, person, sentence) => {
  expect(waysTo(groupIn(text ?? '', 'causeway'), person)).toMatch(sentence);
});
