import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandResult } from '../os/command.ts';
import { macTokenSources } from './macos-sources.ts';
import { findToken } from './token-sources.ts';

let directory: string;
let said: CommandResult;
const asked: (readonly string[])[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-mac-sources-'));
  asked.length = 0;
});
afterEach(() => rm(directory, { recursive: true }));

const sourcesIn = (environment: NodeJS.ProcessEnv = {}) =>
  macTokenSources(
    { stateDirectory: directory, environment },
    {
      policyFile: join(directory, 'policy.plist'),
      run: async (_program, args) => {
        asked.push(args);
        return said;
      },
    },
  );
const policy = (result: Partial<CommandResult>) => {
  said = { code: 0, stdout: '', stderr: '', ...result };
  return writeFile(join(directory, 'policy.plist'), 'bplist00');
};

test('a managed preference comes before the environment, and that before the file of the disk image', async () => {
  const environment = { CAUSEWAY_ACTIVATION_TOKEN: 'of launchd' };
  const sources = sourcesIn(environment);
  const found = async () => (await findToken(sources))?.text;
  await writeFile(join(directory, 'embedded.causeway'), '# Causeway\nof the image\n');
  await policy({ stdout: 'of the fleet\n' });
  expect(await found()).toBe('of the fleet');
  await rm(join(directory, 'policy.plist'));
  expect(await found()).toBe('of launchd');
  for (const source of sources.filter(({ kind }) => kind === 'command line')) await source.wipe();
  expect(await found()).toBe('of the image');
  for (const source of sources) await source.wipe();
  expect([await found(), environment]).toEqual([undefined, {}]);
});

test('the file of a policy is read and not written, and stays', async () => {
  await policy({ stdout: 'kept\n' });
  for (const source of sourcesIn()) await source.wipe();
  expect((await findToken(sourcesIn()))?.text).toBe('kept');
  expect(asked[0]?.join(' ')).toMatch(/^-extract ActivationToken raw .*-o - /);
});

test('a profile without a token is none, and one that can not be read is told', async () => {
  await policy({
    code: 1,
    stdout: 'x: Could not extract value, error: No value at that key path or invalid key path: ActivationToken',
  });
  expect(await findToken(sourcesIn())).toBeUndefined();
  await policy({ code: 1, stderr: 'x: Property List error: Unexpected character' });
  await expect(findToken(sourcesIn())).rejects.toThrow(/can not be read: .*Unexpected character/);
});
