import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { claimsOf, faultsOf } from './claims.ts';

const ROOT = resolve(import.meta.dirname, '..');
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const read = (path: string) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : undefined);

test('every claim of docs/security.md names tests that there are', () => {
  const claims = claimsOf(page);
  expect(claims.length).toBeGreaterThan(40);
  expect(faultsOf(claims, read)).toEqual([]);
});

test('each kind of attacker has claims', () => {
  const parts = page.split(/^### /m).slice(1);
  const named = parts.filter((part) => /^\| C\d/m.test(part)).map((part) => part.split('\n')[0]);
  expect(named).toEqual([
    'A stolen laptop',
    'A malicious member machine',
    'A malicious relay operator',
    'A stolen database',
    'A stolen token',
    'A local user',
    'The network, and strangers on it',
  ]);
});

test('a claim without its test, a title that is only mentioned, and a number left out are found', () => {
  const files: Record<string, string> = {
    'a.test.ts': `// 'mentioned'\ntest('there', () => {});\nconst x = 'variable';`,
  };
  const faults = (...rows: string[]) => faultsOf(claimsOf(rows.join('\n')), (path) => files[path]);
  expect(faults('| C1 | a | `a.test.ts` › there |')).toEqual([]);
  expect(faults('| C1 | a | `a.test.ts` › gone |')).toEqual(['C1: a.test.ts has no test “gone”']);
  expect(faults('| C1 | a | `a.test.ts` › mentioned |')).toHaveLength(1);
  expect(faults('| C1 | a | `a.test.ts` › variable |')).toHaveLength(1);
  expect(faults('| C2 | a | `b.test.ts` › there |')).toHaveLength(2);
  expect(faults('| C1 | a | `npm run lab -- nothing` |')).toEqual(['C1: there is no scenario nothing']);
  expect(() => claimsOf('| C1 | a | believe me |')).toThrow(/not of the form/);
});
