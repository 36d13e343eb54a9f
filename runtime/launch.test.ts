import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** As bundles are: the function that the launcher calls. */
const PROGRAM = `(function (require, __filename, __dirname) {
  function called() { return 'ran'; }
  const { setFlagsFromString } = require('node:v8');
  if (process.argv.includes('flags')) setFlagsFromString('--expose-gc');
  if (process.argv.includes('fail')) process.exitCode = 1;
  console.log([called(), ...process.argv.slice(2), __dirname === require('node:path').dirname(__filename)].join(' '));
})`;
const run = promisify(execFile);
let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'launch-'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await writeFile(join(directory, 'program-main.js'), PROGRAM);
  const built = await rolldown({ input: join(import.meta.dirname, 'launch.ts'), platform: 'node', logLevel: 'silent' });
  await built.write({ file: join(directory, 'program.js'), format: 'esm' });
  await built.close();
});

afterEach(() => rm(directory, { recursive: true }));

async function start(...words: string[]): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, [join(directory, 'program.js'), ...words], { env });
  return stdout;
}

const compiled = () => readdir(join(directory, 'compiled'));
const theFile = async () => join(directory, 'compiled', (await compiled())[0] ?? '');
/** It is written anew only when it was not taken. */
const written = async () => (await stat(await theFile())).ino;

test('the program runs, and the next start takes what was compiled at the first', async () => {
  expect(await start('a', 'b')).toBe('ran a b true\n');
  expect(await compiled()).toHaveLength(1);
  const first = await written();
  expect(await start('a', 'b')).toBe('ran a b true\n');
  expect(await written()).toBe(first);
});

test('what sets flags of V8 leaves what the next start takes', async () => {
  await start('flags');
  const first = await written();
  expect(await start()).toBe('ran true\n');
  expect(await compiled()).toHaveLength(1);
  expect(await written()).toBe(first);
});

test('what runs for long has its own, and what fails leaves none', async () => {
  await expect(start('fail')).rejects.toMatchObject({ code: 1 });
  expect(await readdir(directory)).not.toContain('compiled');
  await start();
  await start('role');
  const names = (await compiled()).map((name) => name.split(`-${process.version}`)[0]);
  expect(names.sort()).toEqual(['program-main-other', 'program-main-role']);
});

test('everybody may read it, and it is not taken where others may write it', async () => {
  await start();
  const file = await theFile();
  expect((await stat(file)).mode & 0o777).toBe(0o644);
  const first = await written();
  await chmod(file, 0o666);
  expect(await start()).toBe('ran true\n');
  expect(await written()).not.toBe(first);
  expect((await stat(file)).mode & 0o777).toBe(0o644);
});

test('what is damaged is not taken', async () => {
  await start();
  const file = await theFile();
  const bytes = await readFile(file);
  for (const at of [0, 5, bytes.length - 1]) {
    await writeFile(
      file,
      bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    );
    expect(await start()).toBe('ran true\n');
    expect(await readFile(file)).toHaveLength(bytes.length);
  }
  await writeFile(file, '');
  expect(await start()).toBe('ran true\n');
});

test('a place that can not be written to costs the time and nothing else', async () => {
  await writeFile(join(directory, 'compiled'), 'in the way');
  expect(await start('a')).toBe('ran a true\n');
});

test('another program of the same length in its place is not taken for what was compiled', async () => {
  await start();
  await writeFile(join(directory, 'program-main.js'), PROGRAM.replace("'ran'", "'RUN'"));
  expect(await start()).toBe('RUN true\n');
});
