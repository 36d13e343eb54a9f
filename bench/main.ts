/** `npm run bench`: runs suites of benchmarks, one after the other, each in a process of its own; `--help` says how. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { jsonLines, tables } from './report.ts';
import type { SuiteResult } from './suite.ts';
import { SUITES } from './suites.ts';

interface Values {
  readonly rounds?: number;
  readonly minutes?: number;
  readonly only: string;
  readonly quick: boolean;
  readonly json: boolean;
  readonly result?: string;
}

const NOT_UNDERSTOOD = 2;
const LISTING = SUITES.map(({ name, summary }) => `${name.padEnd(18)}${summary}`).join('\n');

const command = new Command('npm run bench --')
  .argument('[suites...]', 'their names; none: all of them; "list": what there is')
  .option('--rounds <n>', 'turns of every contender (5)', wholeNumber)
  .option('--only <a,b>', 'only these contenders', '')
  .option('--minutes <n>', 'how long to watch, for suites that watch (desktop)', positive)
  .option('--quick', 'short measurements, one round: shows that it works, nothing to quote', false)
  .option('--json', 'one JSON object a figure and a bar on standard output; tables go to standard error', false)
  // For the child process that runs one suite: where its result goes.
  .addOption(new Option('--result <file>').hideHelp())
  .addHelpText('after', `\n${LISTING}`)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : NOT_UNDERSTOOD));
command.parse();
const values = command.opts<Values>();
const names = command.args;
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`);

if (names[0] === 'list') {
  process.stdout.write(`${LISTING}\n`);
} else {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no suite ${unknown.join(', ')}. npm run bench -- list names them.\n`);
    process.exit(NOT_UNDERSTOOD);
  }
  if (values.result === undefined) process.exit((await runAll(names)) ? 0 : 1);
  await runOne(names[0] ?? '', values.result);
}

/** @returns whether all suites ran to their end; a bar that is missed is a result and no failure. */
async function runAll(names: readonly string[]): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-bench-'));
  let failed = 0;
  try {
    for (const { name, summary } of SUITES) {
      if (names.length > 0 && !names.includes(name)) continue;
      say(`\n== ${name}: ${summary}`);
      const file = join(directory, `${name}.json`);
      const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...options(), '--result', file, name], {
        stdio: ['ignore', values.json ? 2 : 'inherit', 'inherit'],
      });
      const [code] = (await once(child, 'exit')) as [number | null];
      const result = code === 0 ? (JSON.parse(await readFile(file, 'utf8')) as SuiteResult) : null;
      if (result === null) {
        failed++;
        say(`${name} failed`);
        continue;
      }
      for (const line of tables(result)) say(line);
      if (values.json) for (const line of jsonLines(name, result)) process.stdout.write(`${line}\n`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return failed === 0;
}

function options(): string[] {
  const rounds = values.rounds === undefined ? [] : ['--rounds', String(values.rounds)];
  const minutes = values.minutes === undefined ? [] : ['--minutes', String(values.minutes)];
  return [
    ...rounds,
    ...minutes,
    '--only',
    values.only,
    ...(values.quick ? ['--quick'] : []),
    ...(values.json ? ['--json'] : []),
  ];
}

/** Ends the process: the hosts of a lab would keep it alive. */
async function runOne(name: string, file: string): Promise<never> {
  const suite = SUITES.find((known) => known.name === name);
  if (suite === undefined) throw new Error(`there is no suite ${name}`);
  const only = values.only.split(',').filter((word) => word !== '');
  const { quick, minutes, rounds = quick ? 1 : 5 } = values;
  const result = await suite.run({ say, rounds, quick, minutes, only });
  await writeFile(file, JSON.stringify(result));
  process.exit(0);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It is a whole number from 1.');
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It is a number above 0.');
}
