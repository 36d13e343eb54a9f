/**
 * Everything that can be said of the code without running it, one line a check:
 *
 *     npm run check                    all of them
 *     npm run check -- types layers    only these
 *
 * What a check found is printed only where it failed.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Outcome, run } from './command.ts';
import { FOLDERS } from './cruise.ts';
import { type Judgement, judgeSizes, judgeWords } from './house-rules.ts';
import { sourceFiles } from './source-tree.ts';

const ROOT = resolve(import.meta.dirname, '..');

interface Check {
  readonly name: string;
  /** What is true when it passes. */
  readonly claim: string;
  readonly run: () => Promise<Outcome> | Outcome;
}

/** The slow ones first, so that they do not end last. */
const CHECKS: readonly Check[] = [
  { name: 'unused', claim: 'no file, export or package is unused', run: tool('knip/bin/knip.js') },
  { name: 'types', claim: 'the types fit', run: tool('typescript/bin/tsc', '--project', '.') },
  {
    name: 'purity',
    claim: 'protocol/ compiles without Node and without a browser window',
    run: tool('typescript/bin/tsc', '--project', 'protocol'),
  },
  {
    name: 'browser',
    claim: 'the types of the portal fit',
    run: tool('typescript/bin/tsc', '--project', 'relay-server/portal'),
  },
  {
    name: 'window',
    claim: 'the types of the desktop window fit',
    run: tool('typescript/bin/tsc', '--project', 'renderer'),
  },
  {
    name: 'window-size',
    claim: 'the desktop window builds, and is no bigger than it may be',
    run: script('build/desktop.ts', '--size'),
  },
  {
    name: 'portal',
    claim: 'the portal builds, and a first visit downloads no more than it may',
    run: script('build/portal.ts', '--size'),
  },
  {
    name: 'lint',
    claim: 'format and lint rules hold',
    run: tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  },
  {
    name: 'promises',
    claim: 'no promise is left floating',
    run: tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...FOLDERS),
  },
  { name: 'layers', claim: 'each folder imports only what it may', run: script('build/layers-check.ts') },
  { name: 'docs', claim: 'the pages that follow from the code do', run: script('build/docs.ts', '--check') },
  { name: 'sizes', claim: 'no file is too long', run: () => outcome(judgeSizes(sourceFiles(ROOT))) },
  { name: 'words', claim: 'nothing was left lying about', run: () => outcome(judgeWords(sourceFiles(ROOT))) },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are: ${CHECKS.map(({ name }) => name).join(', ')}.`);
  process.exitCode = 2;
} else {
  const failed = await runAll(CHECKS.filter(({ name }) => wanted.length === 0 || wanted.includes(name)));
  console.log(failed === 0 ? 'All checks passed.' : `${failed} failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Runs as many side by side as there are cores. Resolves to how many failed. */
async function runAll(checks: readonly Check[]): Promise<number> {
  const waiting = [...checks];
  let failed = 0;
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { code, output } = await check.run();
      console.log(`${code === 0 ? green('✓') : red('✗')} ${check.name.padEnd(11)} ${check.claim}`);
      if (code === 0) continue;
      failed++;
      console.log(output.trimEnd().replace(/^/gm, '    '));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return failed;
}

/** A program of node_modules, run by this Node and not by the one its first line finds. */
function tool(file: string, ...args: string[]): Check['run'] {
  return () => run(process.execPath, [resolve(ROOT, 'node_modules', file), ...args], { cwd: ROOT });
}

function script(file: string, ...args: string[]): Check['run'] {
  return () => run(process.execPath, [file, ...args], { cwd: ROOT });
}

function outcome({ ok, findings }: Judgement): Outcome {
  return { code: ok ? 0 : 1, output: findings.join('\n') };
}

function green(text: string): string {
  return process.stdout.isTTY ? `\u001b[32m${text}\u001b[39m` : text;
}

function red(text: string): string {
  return process.stdout.isTTY ? `\u001b[31m${text}\u001b[39m` : text;
}
