import { describe, expect, it } from 'vitest';
import { CORPUS_MAX_BYTES, readCorpus } from './corpus.ts';
import { fuzz, runOnce, shorten } from './fuzzer.ts';
import type { FuzzTarget } from './target.ts';
import { TARGETS } from './targets.ts';

describe('the corpus', { timeout: 120_000 }, () => {
  it.for(TARGETS)('of $name breaks nothing', async (target) => {
    const corpus = readCorpus(target.name);
    expect(corpus.length).toBeGreaterThan(0);
    expect(corpus.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(CORPUS_MAX_BYTES);
    for (const input of corpus) expect(await runOnce(target, input)).toBeUndefined();
  });
});

describe('the fuzzer', { timeout: 120_000 }, () => {
  const bad = Buffer.from('x{y');
  const target: FuzzTarget = {
    name: 'planted',
    about: 'a target with a bug',
    seeds: ['0123456789'],
    words: ['{'],
    run: (input) => {
      if (input.includes('{')) throw new Error('a brace');
    },
  };

  it('finds what breaks a target', async () => {
    const { finding } = await fuzz(target, [], '1', (executions) => executions < 20_000);
    expect(String(finding?.error)).toContain('a brace');
  });

  it('shortens what it found', async () => {
    expect(Buffer.from(await shorten(target, { input: bad, error: undefined })).toString()).toBe('{');
  });

  it('takes an answer that takes too long for a bug', async () => {
    const slow = {
      ...target,
      run: () => {
        const began = process.cpuUsage();
        while (process.cpuUsage(began).user < 400_000);
      },
    };
    expect(String((await runOnce(slow, bad))?.error)).toContain('it took');
  });
});
