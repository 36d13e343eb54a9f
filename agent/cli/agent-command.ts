/** `causeway agent`: the agent in the foreground, until SIGTERM, SIGINT or SIGHUP. */
import { releaseStartUpMemoryWhenQuiet } from '#runtime/collector.ts';
import { systemTokenSources } from '../activation/system-sources.ts';
import { systemProxies } from '../proxy/system-proxies.ts';
import { type DaemonOptions, runDaemon } from './daemon.ts';
import { type AdapterChoice, withHost } from './without-adapter.ts';

/** By then an activated agent is connected. */
const QUIET_AFTER_MS = 5_000;

export interface AgentCommandOptions
  extends Pick<DaemonOptions, 'stateDirectory' | 'socket' | 'logLevel' | 'logTo' | 'dnsRoutes'> {
  readonly choice: AdapterChoice;
  readonly upstreamProxy: string | undefined;
  /** Resolves to why the agent has to stop; by default to a signal of the system. */
  readonly stop?: Promise<string>;
}

/** @throws what {@link systemProxies}, {@link runDaemon} and {@link withHost} throw */
export async function runAgentCommand({
  choice,
  upstreamProxy,
  stop = stopRequested(),
  ...options
}: AgentCommandOptions): Promise<void> {
  process.umask(0o077);
  const proxies = await systemProxies(upstreamProxy);
  const { stateDirectory } = options;
  const tokenSources = await systemTokenSources({ stateDirectory, environment: process.env });
  await withHost(choice, stateDirectory, (host) =>
    runDaemon({
      ...options,
      proxies,
      host,
      tokenSources,
      stop,
      onReady: () => {
        const giveUp = releaseStartUpMemoryWhenQuiet(QUIET_AFTER_MS);
        void stop.then(giveUp);
      },
    }),
  );
}

function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // A closed terminal (SIGHUP) is no reason to leave a resolver set-up behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
