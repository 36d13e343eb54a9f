import { expect, test } from 'vitest';
import { hostingRight } from './hosting-right.ts';

const DEFAULTS = { stateDirectory: '/var/lib/causeway', adapterName: 'causeway0' };

test.each([
  ['root', [], 'linux', 0, DEFAULTS],
  ['root who does not want to', ['--no-host'], 'linux', 0, undefined],
  ['somebody', [], 'linux', 1000, undefined],
  ['somebody who wants to', ['--host'], 'linux', 1000, DEFAULTS],
  [
    'another place',
    ['--host', '--state=/tmp/s', '--adapter=cw7'],
    'linux',
    1000,
    { stateDirectory: '/tmp/s', adapterName: 'cw7' },
  ],
  ['a system that the engine does not know', ['--host'], 'darwin', 0, undefined],
  ['a system without user ids', ['--host'], 'win32', undefined, undefined],
] as const)('%s', (_who, words, platform, user, right) => {
  expect(hostingRight(words, { platform, user })).toEqual(right);
});
