/**
 * Runs a program to its end and keeps what it printed.
 */
import { spawn } from 'node:child_process';

export interface Outcome {
  /** 0 is success; -1 when a signal ended it or it could not be started. */
  readonly code: number;
  /** Standard output and standard error, in the order in which they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** Shown as it comes, as well as kept. */
  readonly echo?: boolean;
}

/** Never rejects: a program that can not be started is an {@link Outcome} too. */
export function run(program: string, args: readonly string[], { cwd, echo = false }: RunOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        parts.push(text);
        if (echo) process.stdout.write(text);
      });
    }
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output: parts.join('') }));
  });
}
