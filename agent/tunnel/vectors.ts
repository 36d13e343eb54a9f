/**
 * `npm run vectors -- FILE`: runs a Noise test vector file and prints a line for each vector. Exits 1 when
 * one fails, when none could be run, or when the file can not be read.
 */
import { readFile } from 'node:fs/promises';
import { parseVectorFile, runVector, type VectorOutcome } from './noise/vector-file.ts';

const file = process.argv[2];
if (file === undefined) {
  console.error('usage: npm run vectors -- FILE');
  process.exitCode = 1;
} else {
  try {
    process.exitCode = report(parseVectorFile(await readFile(file, 'utf8')).map(runVector));
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

function report(outcomes: readonly VectorOutcome[]): number {
  for (const outcome of outcomes) {
    const remark = outcome.result === 'passed' ? `${outcome.messages} messages` : outcome.why;
    console.log(`${outcome.result}: ${outcome.name}: ${remark}`);
  }
  const count = (result: VectorOutcome['result']) => outcomes.filter((outcome) => outcome.result === result).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  return count('failed') > 0 || count('passed') === 0 ? 1 : 0;
}
