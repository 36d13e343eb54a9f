import { expect, test } from 'vitest';
import { followSuccessions, signSuccession } from './grant-succession.ts';
import { lockKeyOf, newSeed } from './lock/key.ts';

const key = async () => {
  const { publicKey: publicText, privateKey } = await lockKeyOf(newSeed());
  return { publicText, privateKey };
};

test('leads from each earlier key to the last, and nobody elsewhere', async () => {
  const [first, second, third, other] = [await key(), await key(), await key(), await key()];
  const chain = [
    await signSuccession(second.publicText, 1_000, first),
    await signSuccession(third.publicText, 2_000, second),
  ];
  expect(await followSuccessions(first.publicText, chain)).toBe(third.publicText);
  expect(await followSuccessions(second.publicText, chain)).toBe(third.publicText);
  expect(await followSuccessions(third.publicText, chain)).toBe(third.publicText);
  expect(await followSuccessions(other.publicText, chain)).toBe(other.publicText);
});

test('what the old key signs afterwards leads nobody who has followed', async () => {
  const [first, second, thief] = [await key(), await key(), await key()];
  const stolen = await signSuccession(thief.publicText, 3_000, first);
  expect(await followSuccessions(second.publicText, [stolen])).toBe(second.publicText);
});

test('one that says that the key has signed it, and it has not → GRANT_FORGED', async () => {
  const [first, thief] = [await key(), await key()];
  const borrowed = await signSuccession(thief.publicText, 1_000, { ...thief, publicText: first.publicText });
  await expect(followSuccessions(first.publicText, [borrowed])).rejects.toMatchObject({ code: 'GRANT_FORGED' });
});
