import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtinsByName } from './builtins-by-name.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'builtins-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** @returns what the bundle of `program` prints */
async function bundled(program: string): Promise<string> {
  const [input, file] = [join(directory, 'program.js'), join(directory, 'bundle.mjs')];
  await writeFile(input, program);
  const built = await rolldown({ input, platform: 'node', logLevel: 'silent', plugins: [builtinsByName] });
  await built.write({ file, format: 'esm', codeSplitting: false });
  await built.close();
  return execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim();
}

const LOADED = `console.log(process.moduleLoadList.some((name) => name.endsWith('/undici')))`;

test('what of a module is not used is not loaded', async () => {
  expect(await bundled(`import { request } from 'node:http'; request.name; ${LOADED}`)).toBe('false');
});

test('what is used is', async () => {
  expect(await bundled(`import { WebSocket } from 'node:http'; console.log(WebSocket.name); ${LOADED}`)).toBe(
    'WebSocket\ntrue',
  );
});

test('named, default and namespace imports, require and import() find the same module', async () => {
  const program = `
import path, { join } from 'path';
import * as all from 'node:path';
import { createRequire } from 'node:module';
const later = await import('node:path');
console.log([path.join, all.join, later.join, createRequire(import.meta.url)('path').join].every((one) => one === join));`;
  expect(await bundled(program)).toBe('true');
});
