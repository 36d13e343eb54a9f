/** `causeway agent`: the agent in the foreground, until SIGTERM, SIGINT or SIGHUP. */
import { releaseStartUpMemory } from '#runtime/collector.ts';
import { LinuxHost } from '../os/linux-host.ts';
import { type DaemonOptions, runDaemon } from './daemon.ts';

/** By then an activated agent is connected. */
const QUIET_AFTER_MS = 5_000;

export interface AgentCommandOptions
  extends Pick<DaemonOptions, 'stateDirectory' | 'socket' | 'logLevel' | 'dnsRoutes'> {
  readonly adapterName: string;
}

/** @throws what {@link runDaemon} throws */
export async function runAgentCommand({ adapterName, ...options }: AgentCommandOptions): Promise<void> {
  process.umask(0o077);
  let release: NodeJS.Timeout | undefined;
  const stop = stopRequested();
  await runDaemon({
    ...options,
    host: new LinuxHost({ stateDirectory: options.stateDirectory, adapterName }),
    stop,
    onReady: () => {
      release = setTimeout(releaseStartUpMemory, QUIET_AFTER_MS);
      void stop.then(() => clearTimeout(release));
    },
  });
}

function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // A closed terminal (SIGHUP) is no reason to leave a resolver set-up behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
