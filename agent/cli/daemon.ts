/**
 * `causeway agent`: the engine with its local API, in the foreground, until SIGTERM, SIGINT or
 * SIGHUP. What it set up on the computer is undone before it ends.
 */
import { pino } from 'pino';
import { releaseStartUpMemory } from '#runtime/collector.ts';
import { Engine } from '../engine/engine.ts';
import { handlersOf } from '../engine/local-handlers.ts';
import type { LocalServer } from '../local-api/listen.ts';
import { serveLocalApi, serveUsers, type UsersOptions } from '../local-api/server.ts';
import { findGroup, USERS_GROUP } from '../local-api/users-group.ts';
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
  // Sockets have their last mode only after they are there.
  process.umask(0o077);
  // The socket comes first: it is what tells a second agent that it must not touch the adapter.
  const engineReady = Promise.withResolvers<Engine>();
  const handlers = handlersOf(engineReady.promise);
  const owner = await serveLocalApi(options.socket, handlers);
  const activated = async () => (await engineReady.promise).status().machine !== null;
  const users = await letUsersIn({ ownerSocket: options.socket, handlers, activated });
  try {
    const engine = await Engine.start({
      stateDirectory: options.stateDirectory,
      host: new LinuxHost({ stateDirectory: options.stateDirectory, adapterName: options.adapterName }),
      log: (message, details) => log.info(details, message),
    });
    try {
      engineReady.resolve(engine);
      log.info({ socket: options.socket, activated: engine.status().machine !== null }, 'agent is ready');
      log.info(users.details, users.sentence);
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
    await users.server?.[Symbol.asyncDispose]();
    await owner[Symbol.asyncDispose]();
  }
}

interface UsersLetIn {
  readonly server?: LocalServer;
  /** For the log: who may use the agent, or what to do about it. */
  readonly sentence: string;
  readonly details: Record<string, unknown>;
}

/** Without the group, or without the right to give it a socket, the agent is its owner's alone. */
async function letUsersIn(options: Omit<UsersOptions, 'group'>): Promise<UsersLetIn> {
  const group = await findGroup(USERS_GROUP);
  if (group === undefined) {
    const how = `groupadd --system ${USERS_GROUP}, usermod -aG ${USERS_GROUP} NAME, and start the agent again`;
    return { sentence: `only its owner may use this agent; for others: ${how}`, details: {} };
  }
  try {
    const server = await serveUsers({ ...options, group: group.id });
    return {
      server,
      sentence: `members of the group ${USERS_GROUP} may use this agent`,
      details: { socket: server.path },
    };
  } catch (error) {
    const sentence = `only its owner may use this agent: the group ${USERS_GROUP} could not be given a socket`;
    return { sentence, details: { error: String(error) } };
  }
}

function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // A closed terminal (SIGHUP) is no reason to leave a resolver set-up behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}
