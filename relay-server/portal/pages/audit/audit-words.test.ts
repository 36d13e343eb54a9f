import { expect, test } from 'vitest';
import { auditWords } from './audit-words.ts';

const ANNA = { kind: 'person', id: 'p1', name: 'anna', address: '192.0.2.1' } as const;
const NOTHING = { target: null, before: null, after: null };
const told = (action: string, rest: object = {}) => auditWords({ action, by: ANNA, ...NOTHING, ...rest });

test.each([
  ['group.create', { target: { kind: 'group', id: 'g', name: 'Office' } }, 'Created the group', 'Office'],
  ['session.begin', { target: { kind: 'person', id: 'p1', name: 'anna' } }, 'Signed in', undefined],
  ['session.refuse', { target: { kind: 'person', id: 'p2', name: 'ben' } }, 'Refused a sign-in', 'ben'],
  ['session.refuse', { after: { times: 40 } }, 'Refused a sign-in, 40 times', undefined],
  ['account.second-factor', { after: { on: true } }, 'Switched the second factor on', undefined],
  ['machine.disable', { before: { machines: 1200, names: [] } }, 'Disabled', '1,200 computers'],
  ['machine.remove', { before: { machines: 2 } }, 'Removed', '2 computers'],
  [
    'machine.assign',
    { target: { kind: 'machine', id: 'm', name: 'pc1' }, after: { group: 'Office' } },
    'Put into the group Office:',
    'pc1',
  ],
  [
    'machine.assign',
    { target: { kind: 'group', id: 'g', name: 'Office' }, after: { group: 'Office', machines: 12 } },
    'Put into the group Office:',
    '12 computers',
  ],
  ['machine.assign', { after: { group: null, machines: 1 } }, 'Took out of the group:', '1 computer'],
  // What only a later server does is told as it is.
  ['group.split-up', {}, 'Group: split up', undefined],
])('%s %j: %s %s', (action, rest, what, whom) => {
  expect(told(action, rest)).toEqual({ what, whom });
});
