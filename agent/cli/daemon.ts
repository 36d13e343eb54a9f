/**
 * `causeway agent`: the engine with its local API, in the foreground, until SIGTERM, SIGINT or
 * SIGHUP. What it set up on the computer is undone before it ends.
 */
import { pino } from 'pino';
import { releaseStartUpMemory } from '#runtime/collector.ts';
import { Engine } from '../engine/engine.ts';
import type { LocalHandlers } from '../local-api/conversation.ts';
import { serveLocalApi } from '../local-api/server.ts';
import { LinuxHost } from '../os/linux-host.ts';

/** By then an activated agent is connected. */
const QUIET_AFTER_MS = 5_000;

export interface DaemonOptions {
  readonly stateDirectory: string;
  readonly socket: string;
  readonly adapterName: string;
  readonly logLevel: string;
}

/** @throws CausewayError AGENT_ALREADY_RUNNING and what {@link Engine.start} throws */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const log = pino({ name: 'causeway', level: options.logLevel }, pino.destination({ dest: 2, sync: true }));
  const stop = stopRequested();
  // The socket comes first: it is what tells a second agent that it must not touch the adapter.
  const engineReady = Promise.withResolvers<Engine>();
  const server = await serveLocalApi(options.socket, handlersOf(engineReady.promise));
  try {
    const engine = await Engine.start({
      stateDirectory: options.stateDirectory,
      host: new LinuxHost({ stateDirectory: options.stateDirectory, adapterName: options.adapterName }),
      log: (message, details) => log.info(details, message),
    });
    try {
      engineReady.resolve(engine);
      log.info({ socket: options.socket, activated: engine.status().machine !== null }, 'agent is ready');
      const release = setTimeout(releaseStartUpMemory, QUIET_AFTER_MS);
      log.info({ signal: await stop }, 'stopping');
      clearTimeout(release);
    } finally {
      await engine[Symbol.asyncDispose]();
    }
  } catch (error) {
    engineReady.promise.catch(() => undefined);
    engineReady.reject(error);
    throw error;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

function handlersOf(ready: Promise<Engine>): LocalHandlers {
  return {
    status: async () => (await ready).provenStatus(),
    watch: async (_, call) => {
      await (await ready).watch(call);
      return {};
    },
    up: async (params) => (await ready).up(params),
    down: async (params) => (await ready).down(params),
    refresh: async ({ timeoutMs }) => (await ready).refresh(timeoutMs),
    peers: async () => (await ready).peers(),
    ping: async ({ target, timeoutMs }) => (await ready).ping(target, timeoutMs),
    resolve: async ({ target }) => (await ready).resolve(target),
    diagnose: async (_, { progress }) => ({ checks: await (await ready).diagnose(progress) }),
  };
}

function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // A closed terminal (SIGHUP) is no reason to leave a resolver set-up behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
