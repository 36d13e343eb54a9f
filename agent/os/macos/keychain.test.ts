import { expect, test } from 'vitest';
import type { RunCommand } from '../command.ts';
import { findSealingKey, makeSealingKey } from './keychain.ts';

/** As security(1): finds what it was told to add, and knows one keychain. */
function keychainOf(item?: string, add: (words: string[]) => string = () => '') {
  const calls: { args: readonly string[]; input: string | undefined }[] = [];
  let kept = item;
  const run: RunCommand = async (_program, args, input) => {
    calls.push({ args, input });
    if (args[0] === '-i') {
      const words = input?.trim().split(' ') ?? [];
      const stderr = add(words);
      if (stderr === '') kept = words[words.indexOf('-w') + 1];
      return { code: 0, stdout: '', stderr };
    }
    if (kept === undefined) return { code: 44, stdout: '', stderr: 'security: SecKeychainSearchCopyNext: not found' };
    return { code: 0, stdout: `${kept}\n`, stderr: '' };
  };
  return { run, calls };
}

test('there is no key until one is made, and then it is the same', async () => {
  const { run, calls } = keychainOf();
  expect(await findSealingKey(run)).toBeUndefined();
  const key = await makeSealingKey(run);
  expect(key).toHaveLength(32);
  expect(await makeSealingKey(run)).toEqual(key);
  expect(await findSealingKey(run)).toEqual(key);
  const secret = Buffer.from(key).toString('hex');
  expect(calls.flatMap(({ args }) => args).join(' ')).not.toContain(secret);
  const added = calls.filter(({ input }) => input !== undefined);
  expect(added.map(({ input }) => input)).toEqual([
    `add-generic-password -s org.causeway.agent -a state -l Causeway -w ${secret} /Library/Keychains/System.keychain\n`,
  ]);
});

test.each([
  [
    'the program says why',
    keychainOf(undefined, () => 'security: SecKeychainItemCreate: write permissions error\nmore'),
  ],
  [
    'another keeps it',
    keychainOf(undefined, (words) => {
      words[words.indexOf('-w') + 1] = '00'.repeat(32);
      return '';
    }),
  ],
])('a key that was not kept is refused: %s', async (_what, { run }) => {
  await expect(makeSealingKey(run)).rejects.toMatchObject({ code: 'KEYCHAIN_REFUSED' });
});

test('what is no key of ours is not taken for one', async () => {
  await expect(findSealingKey(keychainOf('hello').run)).rejects.toMatchObject({ code: 'KEYCHAIN_REFUSED' });
});

test('another end than "not found" is refused with what the program said', async () => {
  const run: RunCommand = async () => ({
    code: 36,
    stdout: '',
    stderr: 'security: User interaction is not allowed.\n',
  });
  await expect(findSealingKey(run)).rejects.toMatchObject({
    code: 'KEYCHAIN_REFUSED',
    message: expect.stringContaining('User interaction is not allowed'),
  });
});
