import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

test('a token without its option is said to be one, and is not printed', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'up', 'cwt1_c2VjcmV0'], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('--token TOKEN');
  expect(stderr).not.toContain('c2VjcmV0');
}, 20_000);
