import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { run } from './command.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Runs the script in a Node that says it is `version`. */
function under(version: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  const first = `data:text/javascript,${encodeURIComponent(pretend)}`;
  return run(process.execPath, ['--import', first, 'build/require-node.mjs'], { cwd: ROOT });
}

test.each(['22.18.0', '22.19.1', '24.0.0', '100.0.0'])('Node %s will do', async (version) => {
  expect(await under(version)).toEqual({ code: 0, output: '' });
});

test.each(['22.17.9', '20.20.2'])('Node %s is too old, and the sentence says what to do', async (version) => {
  const { code, output } = await under(version);
  expect(code).toBe(1);
  expect(output).toMatch(/needs 22\.18 or later.*npm ci/s);
});

test('package.json demands the same, and asks first', () => {
  const { engines, scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8'));
  expect(engines.node).toBe('>=22.18');
  for (const name of ['demo', 'test', 'check']) expect(scripts[`pre${name}`]).toBe('node build/require-node.mjs');
});
