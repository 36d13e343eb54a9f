/**
 * `npm run bench`: runs suites of benchmarks, one after the other, each in a process of its own.
 *
 *     npm run bench                      all suites
 *     npm run bench -- list              what there is
 *     npm run bench -- NAME …            only these
 *       --rounds N     turns of every contender (5)
 *       --only A,B     only these contenders
 *       --minutes N    how long to watch, for suites that watch (desktop)
 *       --quick        short measurements, one round: shows that it works, nothing to quote
 *       --json         one JSON object a figure and a bar on standard output; the tables go to standard error
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { jsonLines, tables } from './report.ts';
import type { SuiteResult } from './suite.ts';
import { SUITES } from './suites.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** For the child process that runs one suite: where its result goes. */
    result: { type: 'string' },
  },
});
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`);

if (positionals[0] === 'list') {
  for (const { name, summary } of SUITES) process.stdout.write(`${name.padEnd(18)}${summary}\n`);
} else {
  const unknown = positionals.filter((name) => !SUITES.some((suite) => suite.name === name));
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  const wrong = [
    unknown.length > 0 && `There is no suite ${unknown.join(', ')}. npm run bench -- list names them.`,
    !(Number.isInteger(rounds) && rounds >= 1) && '--rounds takes a whole number from 1.',
    minutes !== undefined && !(minutes > 0) && '--minutes takes a number above 0.',
  ].filter((sentence) => sentence !== false);
  if (wrong.length > 0) {
    process.stderr.write(`${wrong.join('\n')}\n`);
    process.exit(2);
  }
  if (values.result === undefined) process.exit((await runAll(positionals)) ? 0 : 1);
  await runOne(positionals[0] ?? '', values.result, rounds, minutes);
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
  const rounds = values.rounds === undefined ? [] : ['--rounds', values.rounds];
  const minutes = values.minutes === undefined ? [] : ['--minutes', values.minutes];
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
async function runOne(name: string, file: string, rounds: number, minutes: number | undefined): Promise<never> {
  const suite = SUITES.find((known) => known.name === name);
  if (suite === undefined) throw new Error(`there is no suite ${name}`);
  const only = values.only.split(',').filter((word) => word !== '');
  const result = await suite.run({ say, rounds, quick: values.quick, minutes, only });
  await writeFile(file, JSON.stringify(result));
  process.exit(0);
}
