/**
 * The inputs that are kept for each target: one a line, base64url, in `corpus/NAME.txt`. Together they reach
 * what the fuzzer has reached so far; among them is every input that has ever found a bug.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of one target: the files are in everybody's clone. */
export const CORPUS_MAX_BYTES = 48 * 1_024;

export function readCorpus(target: string): Buffer[] {
  const path = pathOf(target);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64url'));
}

/** The first ones, as far as there is room: those that came earlier are shorter, or have found something. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const lines = new Set<string>();
  let bytes = 0;
  for (const input of inputs) {
    const line = Buffer.from(input).toString('base64url');
    if (line === '' || bytes + line.length > CORPUS_MAX_BYTES) continue;
    lines.add(line);
    bytes += line.length + 1;
  }
  writeFileSync(pathOf(target), `${[...lines].join('\n')}\n`);
}

function pathOf(target: string): string {
  return join(import.meta.dirname, 'corpus', `${target}.txt`);
}
