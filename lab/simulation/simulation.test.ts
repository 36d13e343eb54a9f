import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from './planted-bugs.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
/** Far more than it takes: these tests never fail by being slow on a busy computer. */
const TIMEOUT = 1_200_000;
/** A planted bug is found within so many seeds. */
const SEEDS = 100;

/** A process of its own: the simulation takes the place of clocks and timers. */
function simulate(...options: string[]): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...options], (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
}

describe('the simulation', { timeout: TIMEOUT }, () => {
  it('runs 100,000 steps without breaking an invariant', async () => {
    const { failed, output } = await simulate();
    expect(output).toMatch(/1\d\d\d\d\d steps, .* no invariant broken/);
    expect(failed).toBe(false);
  });

  it('does the same for the same seed, and something else for another', async () => {
    const traces = await Promise.all(['7', '7', '8'].map((seed) => simulate('--seed', seed, '--steps', '800')));
    const [one, same, other] = traces.map(({ output }) => /trace [0-9a-f]{32}, \d+ steps/.exec(output)?.[0]);
    expect(one).toBeDefined();
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it('says how to run a seed again that fails', async () => {
    const { failed, output } = await simulate('--plant', 'nonce-reuse', '--seeds', '5');
    expect(failed).toBe(true);
    expect(output).toMatch(/seed (\d+) failed: .*\nagain: npm run simulate -- --seed \1 --steps 2000/);
  });
});

describe('a planted bug is found', { timeout: TIMEOUT }, () => {
  it.for(Object.entries(PLANTED_BUGS))('%s', async ([name, { from = 1, found }]) => {
    const { failed, output } = await simulate('--plant', name, '--first', `${from}`, '--seeds', `${SEEDS}`);
    expect(output).toMatch(/seed \d+ failed/);
    expect(output).toMatch(found);
    expect(failed).toBe(true);
  });
});
