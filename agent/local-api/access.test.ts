import { expect, test } from 'vitest';
import { waysTo } from './access.ts';
import { groupIn, groupTold } from './users-group.ts';

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
  ['name: causeway\npassword: *\ngid: 501\nusers: anna bert\n\n', { id: 501, members: ['anna', 'bert'] }],
  ['name: causeway\ngid: 501\n', { id: 501, members: [] }],
  ['', undefined],
  ['gid: x\nusers: anna', undefined],
])('the group that macOS tells in %j', (text, group) => {
  expect(groupTold(text)).toEqual(group);
});

test('macOS has other commands for it', () => {
  expect(waysTo(undefined, { name: 'carl', groups: [] }, 'darwin')).toMatch(
    /`sudo dseditgroup -o create causeway`, then `sudo dseditgroup -o edit -a carl -t user causeway`/,
  );
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
  expect(waysTo(groupIn(text ?? '', 'causeway'), person, 'linux')).toMatch(sentence);
});
