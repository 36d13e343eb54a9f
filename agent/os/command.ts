/**
 * Runs one program of the operating system to its end, with bounds. Never through a shell. What the
 * programs mean is its callers' business; tests pass a {@link RunCommand} of their own.
 */
import { spawn } from 'node:child_process';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';

export interface Program {
  readonly command: string;
  /** Debian's package that holds it. */
  readonly package: string;
  /** Completes "Causeway needs it to …". */
  readonly purpose: string;
}

export interface CommandResult {
  /** Exit code; 137, as in shells, when it was killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A code other than 0 is a result, not an error.
 * @throws CausewayError COMMAND_MISSING, TIMED_OUT
 */
export type RunCommand = (program: Program, args: readonly string[], input?: string) => Promise<CommandResult>;

export interface Bounds {
  readonly timeoutMs: number;
  readonly environment: NodeJS.ProcessEnv;
}

/** Services and cron jobs often have no sbin in their path, and `ip` is there. */
const SBIN = '/usr/local/sbin:/usr/sbin:/sbin';
const KILLED = 137;

export const runCommand: RunCommand = (program, args, input) =>
  runBounded(program, args, input, { timeoutMs: LIMITS.OS_COMMAND_TIMEOUT_MS.value, environment: process.env });

/** The same for programs that need more time, or may not see all of the environment. */
export async function runBounded(
  program: Program,
  args: readonly string[],
  input: string | undefined,
  { timeoutMs, environment }: Bounds,
): Promise<CommandResult> {
  const env = { ...environment, LC_ALL: 'C', PATH: `${environment.PATH ?? ''}:${SBIN}` };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(program.command, args, { env, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? KILLED));
  child.stdin.on('error', () => {}); // EPIPE when the program ends before it has read all: its code tells why.
  child.stdin.end(input ?? '');
  try {
    const code = await promise;
    if (child.killed) throw timedOut(program, args, timeoutMs);
    return { code, ...output };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CausewayError('COMMAND_MISSING', { ...program }, { cause: error });
  }
}

function timedOut(program: Program, args: readonly string[], timeoutMs: number): CausewayError {
  const action = `\`${[program.command, ...args.slice(0, 2)].join(' ')}\``;
  return new CausewayError('TIMED_OUT', { action, seconds: timeoutMs / 1000 });
}
