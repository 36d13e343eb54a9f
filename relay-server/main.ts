/**
 * Entry point of `causeway-relay`: ties the command to this process.
 */
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { releaseStartUpMemory, releaseStartUpMemoryWhenQuiet } from '#runtime/collector.ts';
import { run } from './command.ts';

const STDERR = 2;
/** By then the machines that waited for the server have come back, and what that took can be given back too. */
const SETTLED_AFTER_MS = 20_000;

// Whatever is made in the data directory is for this user only.
process.umask(0o077);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const exitCode = run(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
  programDirectory: import.meta.dirname,
  logTo: STDERR,
  started: () => {
    releaseStartUpMemory();
    releaseStartUpMemoryWhenQuiet(SETTLED_AFTER_MS);
  },
  stop: stop.signal,
  environment: process.env,
  input: () => text(process.stdin),
  ask: process.stdin.isTTY ? ask : undefined,
});
void exitCode.then((code) => {
  process.exitCode = code;
});

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
