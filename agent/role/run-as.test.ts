import { expect, test } from 'vitest';
import { findUser, userIn } from './run-as.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nweb:x:1001:1002::/srv/web:/bin/false\nbroken:x:one:two::/:/\n';

test.each([
  ['web', { uid: 1001, gid: 1002, environment: { HOME: '/srv/web', USER: 'web', LOGNAME: 'web' } }],
  ['10:20', { uid: 10, gid: 20, environment: {} }],
  ['broken', undefined],
  ['nobody', undefined],
  ['10', undefined],
  ['', undefined],
])('the user %j', (wanted, found) => {
  expect(userIn(PASSWD, wanted)).toEqual(found);
});

test('one that is not there is refused in words', async () => {
  await expect(findUser('no such user')).rejects.toMatchObject({
    code: 'ROLE_USER_UNKNOWN',
    message: 'This computer has no user no such user.',
  });
});
