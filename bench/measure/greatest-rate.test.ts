import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greatestRate, type Search } from './greatest-rate.ts';

const SEARCH: Search = { start: 100, step: 2, tries: 20, precision: 1.1 };

/** Passes up to a limit, and notes what was tried. */
function upTo(limit: number) {
  const tried: number[] = [];
  const attempt = async (rate: number) => {
    tried.push(rate);
    return rate <= limit ? `passed ${rate}` : null;
  };
  return { tried, attempt };
}

describe('greatestRate', () => {
  it('finds any limit to the precision, from any start', async () => {
    const positive = fc.double({ min: 1, max: 1e6, noNaN: true });
    await fc.assert(
      fc.asyncProperty(positive, positive, async (limit, start) => {
        const found = await greatestRate({ ...SEARCH, start, tries: 100 }, upTo(limit).attempt);
        expect(found?.rate).toBeLessThanOrEqual(limit);
        expect((found?.rate ?? 0) * 1.1).toBeGreaterThan(limit);
        expect(found?.result).toBe(`passed ${found?.rate}`);
      }),
    );
  });

  it('goes up by steps, then between', async () => {
    const { tried, attempt } = upTo(300);
    await greatestRate({ ...SEARCH, tries: 4 }, attempt);
    expect(tried).toEqual([100, 200, 400, Math.sqrt(200 * 400)]);
  });

  it('goes down by steps when the first does not pass', async () => {
    const { tried, attempt } = upTo(30);
    await greatestRate({ ...SEARCH, tries: 3 }, attempt);
    expect(tried).toEqual([100, 50, 25]);
  });

  it('ends with what it has when there are no more tries', async () => {
    expect((await greatestRate({ ...SEARCH, tries: 2 }, upTo(1e9).attempt))?.rate).toBe(200);
  });

  it('is null when nothing passes', async () => {
    const { tried, attempt } = upTo(0);
    expect(await greatestRate({ ...SEARCH, tries: 7 }, attempt)).toBeNull();
    expect(tried).toHaveLength(7);
  });
});
