import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildLwip, committed, isSourceHere, obstacle } from './lwip.ts';

test('the module is the one that was written down', () => {
  const { sha256, record } = committed();
  expect(sha256).toBe(record.sha256);
});

const missing = obstacle() ?? (isSourceHere() ? null : 'needs its source: npm run build:lwip -- --check fetches it');

test.skipIf(missing !== null)(
  missing === null ? 'its source makes the same bytes' : `its source makes the same bytes (skipped: ${missing})`,
  async () => {
    const built = createHash('sha256')
      .update(await buildLwip())
      .digest('hex');
    expect(built).toBe(committed().record.sha256);
  },
  120_000,
);
