import { expect, test } from 'vitest';
import { takenInWords } from './removal-words.ts';

const NOTHING = { machines: 0, instances: 0, groups: 0, roles: 0, connections: 0, tokens: 0, links: 0, keys: 0 };

test('says all that goes with a subscription', () => {
  const taken = { machines: 1_204, instances: 3, groups: 4, roles: 1, connections: 2, tokens: 5, links: 1, keys: 2 };
  expect(takenInWords(taken)).toEqual([
    '1,201 computers and 3 role instances: cut off at once. To be in a network again, each has to be activated anew, in another subscription.',
    '4 groups, 1 role and 2 connections.',
    '5 activation tokens and 1 install link: nobody gets in by them any more, wherever they were sent.',
    '2 API keys for this subscription alone.',
  ]);
});

test('leaves out what there is none of', () => {
  expect(takenInWords(NOTHING)).toEqual([]);
  expect(takenInWords({ ...NOTHING, machines: 1, groups: 1 })).toEqual([
    '1 computer: cut off at once. To be in a network again, each has to be activated anew, in another subscription.',
    '1 group.',
  ]);
  expect(takenInWords({ ...NOTHING, machines: 2, instances: 2 })[0]).toMatch(/^2 role instances:/);
});
