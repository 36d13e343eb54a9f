/**
 * `causeway service`: the agent as Windows starts it, from the start of the computer to its end. It has no
 * screen, so its log is a file beside its state; the one before is kept.
 */
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { type AgentCommandOptions, runAgentCommand } from './agent-command.ts';

/** As the installer registers it (build/installers/msi/). */
const NAME = 'Causeway';

/** @throws Error when it is not Windows that starts it, and what {@link runAgentCommand} throws */
export async function runServiceCommand(options: Omit<AgentCommandOptions, 'stop' | 'logTo'>): Promise<void> {
  // Only there; and koffi declares functions that no other system has.
  const { runAsService } = await import('#native/windows/service.ts');
  await runAsService({
    name: NAME,
    stopMs: LIMITS.SERVICE_STOP_MS.value,
    run: async (stop) => {
      const logTo = await logIn(options.stateDirectory);
      const { openEventLog } = await import('#native/windows/event-log.ts');
      const say = openEventLog(NAME);
      say('information', `The agent starts; its log is ${logTo}.`);
      try {
        await runAgentCommand({ ...options, logTo, stop: aborted(stop).then(() => 'the service is stopped') });
        say('information', 'The agent has stopped, and undone what it had set up.');
      } catch (error) {
        say('error', sentenceOf(error));
        throw error;
      }
    },
  });
}

function sentenceOf(error: unknown): string {
  if (error instanceof CausewayError) return `${error.message} ${error.remedy} [${error.code}]`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function logIn(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'agent.log');
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > LIMITS.SERVICE_LOG_MAX_BYTES.value) await rename(file, join(directory, 'agent.old.log'));
  return file;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
