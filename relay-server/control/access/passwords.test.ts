import { expect, test } from 'vitest';
import { LIMITS } from '#protocol/limits.ts';
import { systemRandom } from '../../random.ts';
import { type Argon2, javascriptArgon2, nativeArgon2, Passwords } from './passwords.ts';

const SMALL = { memoryKib: 64, passes: 3, parallelism: 4 };
const bytes = (count: number, value: number) => new Uint8Array(count).fill(value);

test('both implementations give the same bytes', async (context) => {
  const native = nativeArgon2();
  if (native === undefined) return context.skip('this Node has no crypto.argon2');
  const present = { memoryKib: LIMITS.PASSWORD_HASH_MEMORY_BYTES.value / 1024, passes: 2, parallelism: 1 };
  for (const cost of [SMALL, present, { ...SMALL, parallelism: 1 }]) {
    const of = async (argon2: Argon2) =>
      Buffer.from(await argon2(bytes(32, 1), bytes(16, 2), cost, 32)).toString('hex');
    expect(await of(native)).toBe(await of(javascriptArgon2));
  }
});

test('a hash is in PHC form, differs each time, and tells the right password in either implementation', async () => {
  const passwords = new Passwords(systemRandom);
  const [one, other] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await passwords.check(one, 'correct horse')).toEqual({ right: true, renewed: undefined });
  expect(await new Passwords(systemRandom, javascriptArgon2).check(one, 'correct horse')).toMatchObject({
    right: true,
  });
  for (const wrong of ['correct horsf', '', 'correct horse '])
    expect((await passwords.check(one, wrong)).right).toBe(false);
  // "é" as one character and as two.
  expect((await passwords.check(await passwords.hash('caf\u00e9'), 'cafe\u0301')).right).toBe(true);
});

test('nobody costs as much work as somebody, and is never right', async () => {
  const costs: unknown[] = [];
  const counting: Argon2 = async (_password, _salt, cost, length) => {
    costs.push(cost);
    return bytes(length, 0);
  };
  // A generator that makes the expected hash equal to the found one does not make it right.
  const passwords = new Passwords((count) => bytes(count, 0), counting);
  const stored = await passwords.hash('x');
  costs.length = 0;
  expect((await passwords.check(null, 'x')).right).toBe(false);
  expect((await passwords.check('not a hash', 'x')).right).toBe(false);
  expect((await passwords.check(stored, 'x')).right).toBe(true);
  expect(costs).toHaveLength(3);
  expect(costs[0]).toEqual(costs[2]);
});

test('what was made with other parameters is renewed', async () => {
  const salt = Buffer.from(bytes(16, 7)).toString('base64').replace(/=+$/, '');
  const old = await javascriptArgon2(Buffer.from('old friend'), bytes(16, 7), SMALL, 32);
  const stored = `$argon2id$v=19$m=64,t=3,p=4$${salt}$${Buffer.from(old).toString('base64').replace(/=+$/, '')}`;
  const passwords = new Passwords(systemRandom);
  const { right, renewed } = await passwords.check(stored, 'old friend');
  expect([right, renewed]).toEqual([true, expect.stringContaining('m=19456,t=2,p=1')]);
  expect(await passwords.check(renewed ?? '', 'old friend')).toEqual({ right: true, renewed: undefined });
  expect(await passwords.check(stored, 'old foe')).toEqual({ right: false, renewed: undefined });
});

test('a flood waits in bounds', async () => {
  let [running, most] = [0, 0];
  const release: (() => void)[] = [];
  const passwords = new Passwords(systemRandom, async (_password, _salt, _cost, length) => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => release.push(resolve));
    running--;
    return bytes(length, 0);
  });
  const [atOnce, waiting] = [LIMITS.PASSWORD_HASHES_AT_ONCE.value, LIMITS.PASSWORD_HASHES_WAITING_MAX.value];
  const admitted = Array.from({ length: atOnce + waiting }, () => passwords.hash('x'));
  await expect(passwords.hash('x')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  const all = Promise.all(admitted);
  let ended = false;
  void all.then(() => (ended = true));
  while (!ended) {
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBe(atOnce);
  const after = passwords.hash('x');
  release.shift()?.();
  await expect(after).resolves.toContain('$argon2id$');
});
