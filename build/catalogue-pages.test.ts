import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ERRORS } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { errorsPage, limitsPage } from './catalogue-pages.ts';

const page = (name: string) => readFileSync(resolve(import.meta.dirname, '../docs', name), 'utf8');

test('docs/errors.md is what the catalogue says (else: npm run docs)', () => {
  expect(page('errors.md')).toBe(errorsPage(ERRORS));
});

test('docs/limits.md is what the limits say (else: npm run docs)', () => {
  expect(page('limits.md')).toBe(limitsPage(LIMITS));
});

test('a bar in a sentence does not end its cell', () => {
  expect(errorsPage({ X: { what: 'a|b', remedy: 'c', http: 400 } })).toContain('| `X` | a\\|b | c | 400 |');
});

test('numbers are grouped by thousands', () => {
  const limit = (value: number) => limitsPage({ X: { value, unit: 'ms', why: 'So.' } });
  expect(limit(999)).toContain('| 999 |');
  expect(limit(1_048_576)).toContain('| 1,048,576 |');
});
