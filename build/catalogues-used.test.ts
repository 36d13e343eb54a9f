import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ERRORS } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { isTest, sourceFiles } from './source-tree.ts';

/** What is run, and not the catalogues themselves, nor what looks at it. */
const PRODUCT = sourceFiles(resolve(import.meta.dirname, '..'))
  .filter(({ path }) => !isTest(path) && !/^(?:lab|bench)\/|^protocol\/[a-z-]*(?:limits|errors)\.ts$/.test(path))
  .map(({ text }) => text)
  .join('\n');
const WORDS = new Set(PRODUCT.match(/\b[A-Z][A-Z0-9_]+\b/g));

/** docs/limits.md and docs/errors.md are promises: a bound that nothing keeps, a refusal that nobody hears. */
test.each([
  ['limit', Object.keys(LIMITS)],
  ['error', Object.keys(ERRORS)],
])('every %s of the catalogue is used', (_, names) => {
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !WORDS.has(name))).toEqual([]);
});
