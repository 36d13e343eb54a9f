/**
 * The command of a role instance: a child with this process's standard streams and working directory, and
 * its environment without the secrets.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CausewayError } from '#protocol/errors.ts';
import type { RunAs } from './run-as.ts';
import { SECRET_VARIABLES } from './settings/setting-names.ts';

/** How a program ended: one of the two is set. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningCommand {
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ending>;
}

/**
 * @param command the program and its arguments; started without a shell
 * @param more added to the environment
 * @param as whom it runs as; by default as this process
 * @throws CausewayError ROLE_COMMAND_UNUSABLE
 */
export async function startCommand(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  more: Readonly<Record<string, string>>,
  as?: RunAs,
): Promise<RunningCommand> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...withoutSecrets(environment), ...as?.environment, ...more },
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Ending);
  ended.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw new CausewayError('ROLE_COMMAND_UNUSABLE', { command: program, cause: causeOf(error) }, { cause: error });
  }
  return {
    kill: (signal) => {
      child.kill(signal);
    },
    ended,
  };
}

export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET_VARIABLES.includes(name)));
}

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such program';
  if (code === 'EACCES') return 'this user may not run it';
  if (code === 'EPERM') return 'only root may run it as another user';
  return error instanceof Error ? error.message : String(error);
}
