import { expect, test } from 'vitest';
import { keyedSealing } from './sealing.ts';

const sealingBy = (fill: number | undefined) =>
  keyedSealing({
    find: async () => (fill === undefined ? undefined : new Uint8Array(32).fill(fill)),
    make: async () => new Uint8Array(32).fill(fill ?? 0),
  });
const SECRET = Buffer.from('a private key of 32 bytes or more');

test('what is sealed does not show, is never the same, and comes back', async () => {
  const { seal, unseal } = sealingBy(1);
  const [one, two] = [Buffer.from(await seal(SECRET)), Buffer.from(await seal(SECRET))];
  expect(one.includes(SECRET)).toBe(false);
  expect(one.equals(two)).toBe(false);
  expect(Buffer.from(await unseal(one)).equals(SECRET)).toBe(true);
});

test('changed, cut, or with the key of another computer, or none, it is refused', async () => {
  const sealed = Buffer.from(await sealingBy(1).seal(SECRET));
  for (let at = 0; at < sealed.length; at += 7) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    await expect(sealingBy(1).unseal(changed)).rejects.toThrow();
  }
  for (const length of [0, 5, 12, 20, 28, sealed.length - 1]) {
    await expect(sealingBy(1).unseal(sealed.subarray(0, length))).rejects.toThrow();
  }
  for (const key of [2, undefined]) await expect(sealingBy(key).unseal(sealed)).rejects.toThrow();
});
