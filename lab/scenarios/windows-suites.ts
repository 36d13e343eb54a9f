/**
 * The suites of protocol, runtime, native and agent, run by Node for Windows under Wine; among them what every
 * adapter has to do, done by Wintun's binding on the stand-in.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bundleForNode22 } from '#build/bundle.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { bundleSuites, FILES_LEFT_OUT } from '../windows/suites/suite-bundle.ts';
import { prepareWindows, WindowsComputer } from '../windows/windows-computer.ts';
import type { Scenario } from './story.ts';

/** Side by side, each about as long as the other. */
const PARTS = ['^(protocol|runtime|native)/', '^agent/'];

interface FileOutcome {
  readonly file?: string;
  readonly done?: true;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures?: readonly string[];
  readonly uncaught?: string;
}

export const windowsSuites: Scenario = {
  name: 'windows-suites',
  shows: 'the unit and compliance suites of protocol, runtime, native and agent on Node for Windows, under Wine',
  needs: ['wine', 'x86_64-w64-mingw32-gcc'],
  prepare: prepareWindows,
  lab: { servers: STANDARD_LAB.servers, sites: STANDARD_LAB.sites.slice(0, 1) },
  async tell(story) {
    const { lab, figures } = story;
    const computer = await WindowsComputer.on(lab.host('pc02'), await bundleForNode22());
    const bundle = join(lab.directory, 'suites.js');
    let files: readonly string[] = [];

    await story.step('the suites are bundled for Node 22', async () => {
      files = await bundleSuites(bundle);
      await computer.place(bundle);
      return `${files.length} files; ${Object.keys(FILES_LEFT_OUT).length} files and folders are left out, each with its reason`;
    });
    await story.step('they pass on Windows', async () => {
      const all = (await Promise.all(PARTS.map((part, index) => runPart(computer, part, index)))).flat();
      const ended = all.filter(({ done }) => done === true);
      const sum = (key: 'passed' | 'failed' | 'skipped') => ended.reduce((total, one) => total + one[key], 0);
      const wrong = all.flatMap(({ file, failures = [], uncaught }) =>
        [...failures, ...(uncaught === undefined ? [] : [uncaught])].map((text) => `${file}: ${text}`),
      );
      assert.equal(ended.length, PARTS.length, `a run ended early\n${wrong.join('\n')}`);
      figures.passed = sum('passed');
      figures.skipped = sum('skipped');
      assert.equal(sum('failed'), 0, wrong.join('\n'));
      const reported = all.filter(({ file }) => files.includes(file ?? '')).length;
      assert.equal(reported, files.length);
      return `${figures.passed} passed, ${figures.skipped} skipped, in ${reported} files`;
    });
  },
};

async function runPart(computer: WindowsComputer, part: string, index: number): Promise<FileOutcome[]> {
  const output = `/run/suites-${index}.jsonl`;
  const run = await computer.run(computer.node('suites.js', `Z:${output}`, part), { timeoutMs: 600_000 });
  const text = (await computer.host.run(['cat', output])).stdout;
  if (text.trim() === '') throw new Error(`the suites did not start: ${run.stdout}${run.stderr}`);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FileOutcome);
}
