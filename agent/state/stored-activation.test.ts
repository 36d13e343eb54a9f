import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeActivation } from './activation.fixture.ts';
import type { Activation } from './activation-file.ts';
import { StoredActivation } from './stored-activation.ts';

let above: string;
let directory: string;
let stored: StoredActivation;

beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'causeway-stored-'));
  directory = join(above, 'state');
  await writeActivation(directory, 'up');
  stored = await StoredActivation.load(directory);
});
afterEach(() => rm(above, { recursive: true, force: true }));

const onDisk = async () => JSON.parse(await readFile(join(directory, 'activation.json'), 'utf8')) as Activation;
const versioned = (policyVersion: number) => (activation: Activation) => ({
  ...activation,
  self: { ...activation.self, policyVersion },
});

test('a change is known once it is written', async () => {
  const written = stored.change((activation) => ({ ...activation, wanted: 'down' }));
  expect(stored.current?.wanted).toBe('up');
  await written;
  expect(stored.current?.wanted).toBe('down');
  expect((await onDisk()).wanted).toBe('down');
  expect((await StoredActivation.load(directory)).current).toEqual(stored.current);
});

test('changes that come together are each made on what the one before left', async () => {
  await Promise.all([
    stored.change(versioned(7)),
    stored.change((activation) => ({ ...activation, wanted: 'down' })),
    stored.change((activation) => versioned(activation.self.policyVersion + 1)(activation)),
  ]);
  expect(await onDisk()).toMatchObject({ wanted: 'down', self: { policyVersion: 8 } });
});

test('what can not be written is not known, and the next is tried all the same', async () => {
  await rm(directory, { recursive: true });
  const refused = stored.change(versioned(7));
  await expect(refused).rejects.toThrow();
  expect(stored.current?.self.policyVersion).toBe(1);
  await stored.settled();
  await writeActivation(directory, 'up');
  await stored.change(versioned(8));
  expect((await onDisk()).self.policyVersion).toBe(8);
});

test('nothing new is not written', async () => {
  await rm(directory, { recursive: true });
  await stored.change((activation) => ({ ...activation }));
});

test('forgotten, there is nothing to change until another is saved', async () => {
  const { current } = stored;
  await stored.forget();
  expect(stored.current).toBeUndefined();
  await stored.change(() => {
    throw new Error('there is none');
  });
  expect((await StoredActivation.load(directory)).current).toBeUndefined();
  await stored.save(current as Activation);
  expect((await StoredActivation.load(directory)).current).toEqual(current);
});
