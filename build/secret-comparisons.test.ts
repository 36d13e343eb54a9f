import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { judgeSecretComparisons } from './secret-comparisons.ts';
import { sourceFiles } from './source-tree.ts';

const findings = (text: string) => judgeSecretComparisons([{ path: 'a.ts', text, lines: 1 }]).findings.length;

test('secrets are compared in constant time, everywhere', () => {
  const meets = /^(agent|relay-server|protocol|electron|native|runtime)\//;
  const sources = sourceFiles(resolve(import.meta.dirname, '..')).filter(
    ({ path }) => meets.test(path) && /\.tsx?$/.test(path) && !/\.(test|fixture)\.ts$|\/portal\//.test(path),
  );
  expect(sources.length).toBeGreaterThan(300);
  expect(judgeSecretComparisons(sources).findings).toEqual([]);
});

test.each([
  'if (given.secret === stored) return;',
  'return stored.totpSecret === given;',
  'const same = tunnelProof !== expected;',
  'if (hash === record.passwordProof) return;',
  'if (state.nonce == begun.nonce) go();',
  'return apiKey.equals(other);',
])('%s → found', (line) => {
  expect(findings(line)).toBe(1);
});

test.each([
  'if (secret === undefined) return;',
  `if (password === '') return;`,
  'if (a.length === b.length) return;',
  '// secret === other is never written',
  'if (kind === other.kind) return;',
])('%s → not', (line) => {
  expect(findings(line)).toBe(0);
});
