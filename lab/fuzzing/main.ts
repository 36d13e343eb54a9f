/**
 *     npm run fuzz                             every target for some seconds, a table
 *     npm run fuzz -- TARGET [--minutes N]     one for longer (docs/fuzzing.md)
 *     npm run fuzz -- --write                  and keep in the corpus what reached something new
 *
 * What finds a bug is written into the corpus at once, so that the test fails until it is mended; exit status 1.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readCorpus, writeCorpus } from './corpus.ts';
import { fuzz, shorten } from './fuzzer.ts';
import { TARGETS } from './targets.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    /** Without the head of the table. */
    bare: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes ?? (positionals.length > 0 ? 1 : 0.1));
const chosen = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) {
  console.log(`The targets are ${TARGETS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
if (!values.bare) {
  console.log(
    '| target | executions | a second | code reached, characters | inputs kept |\n| --- | ---: | ---: | ---: | ---: |',
  );
}
if (chosen.length > 1) process.exit(eachAlone());
let findings = 0;
for (const target of chosen) {
  const corpus = readCorpus(target.name);
  const began = performance.now();
  const end = began + minutes * 60_000;
  const { executions, reached, kept, finding } = await fuzz(target, corpus, values.seed, () => performance.now() < end);
  const rate = executions / ((performance.now() - began) / 1_000);
  const count = (number: number) => Math.round(number).toLocaleString('en-GB');
  console.log(`| ${target.name} | ${count(executions)} | ${count(rate)} | ${count(reached)} | ${kept.length} |`);
  if (values.write) writeCorpus(target.name, [...corpus, ...kept]);
  if (finding === undefined) continue;
  findings++;
  const input = await shorten(target, finding);
  writeCorpus(target.name, [input, ...corpus, ...(values.write ? kept : [])]);
  console.log(`${target.name} breaks by ${JSON.stringify(Buffer.from(input).toString('latin1'))}:`);
  console.log(finding.error);
}
process.exit(findings === 0 ? 0 : 1);

/** Each in a process of its own: of functions that one target has run V8 no longer tells the next one all. */
function eachAlone(): number {
  let worst = 0;
  for (const { name } of chosen) {
    const options = [
      '--bare',
      '--minutes',
      String(minutes),
      '--seed',
      values.seed,
      ...(values.write ? ['--write'] : []),
    ];
    const { status } = spawnSync(process.execPath, [import.meta.filename, name, ...options], { stdio: 'inherit' });
    worst = Math.max(worst, status ?? 1);
  }
  return worst;
}
