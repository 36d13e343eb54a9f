/**
 * Runs the suites that suite-bundle.ts has put into one bundle with this, one file after another, and writes what
 * came of them to the file that is named: a line of JSON for each file, and one for all.
 *
 *     node.exe suites.js OUTPUT [PATTERN-OF-PATHS]
 */

import { appendFileSync, writeFileSync } from 'node:fs';
import { Globals } from './globals.ts';
import { collect, type Outcome, run } from './vitest-stand-in.ts';

export interface Suites {
  /** Every test file that is in the bundle, by its path. */
  readonly files: Readonly<Record<string, () => Promise<unknown>>>;
  /** By file: parts of names of tests, and why they are left out. */
  readonly leftOut: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Ends the process. */
export async function runSuites({ files, leftOut }: Suites): Promise<never> {
  const [output = 'suites.jsonl', part = ''] = process.argv.slice(2);
  writeFileSync(output, '');
  const write = (line: object) => appendFileSync(output, `${JSON.stringify(line)}\n`);
  const globals = new Globals();
  const totals = { passed: 0, failed: 0, skipped: 0 };

  process.on('uncaughtException', (error) => write({ file: 'none', uncaught: describe(error) }));

  for (const [file, load] of Object.entries(files)) {
    if (!new RegExp(part).test(file)) continue;
    const began = performance.now();
    const outcomes: Outcome[] = [];
    try {
      const left = Object.keys(leftOut[file] ?? {});
      const isLeftOut = (name: string) => left.some((part) => name.includes(part));
      await run(await collect(load), (outcome) => outcomes.push(outcome), isLeftOut);
    } catch (error) {
      outcomes.push({ name: '(loading)', state: 'failed', error });
    }
    // The next file would wait for a clock that stands still.
    const changed = globals.putBack();
    if (changed.length > 0) {
      const error = new Error(`left others in their place: ${changed.join(', ')}`);
      outcomes.push({ name: '(globals)', state: 'failed', error });
    }
    const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
    const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
    for (const state of ['passed', 'failed', 'skipped'] as const) totals[state] += counts[state];
    const failures = outcomes
      .filter(({ state }) => state === 'failed')
      .map(({ name, error }) => `${name}\n${describe(error)}`);
    write({ file, ...counts, ms: Math.round(performance.now() - began), failures });
  }
  write({ done: true, ...totals });
  process.exit(totals.failed === 0 ? 0 : 1);
}

function describe(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 2_000);
}
