/**
 * The agent for this computer: the engine with its local API, until somebody stops it. What it set up on
 * the computer is undone before it ends. Run by the command `causeway agent`, and by the desktop
 * application where it hosts the agent itself; neither signals nor a screen are known here.
 */
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import type { DnsRoute } from '#protocol/dns-routes.ts';
import { activateByItself } from '../activation/activate-by-itself.ts';
import type { TokenSource } from '../activation/token-sources.ts';
import { AGENT_VERSION } from '../control/software.ts';
import { Engine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import { handlersOf } from '../engine/local-handlers.ts';
import type { LocalServer } from '../local-api/listen.ts';
import { serveLocalApi, servePersonAtComputer, serveUsers, type UsersOptions } from '../local-api/server.ts';
import { isPipe } from '../local-api/sockets.ts';
import { findGroup, groupCommands, USERS_GROUP } from '../local-api/users-group.ts';
import type { Proxies } from '../proxy/proxies.ts';
import { watchReleases } from '../update/release-watch.ts';
import { fetchRelease, releaseKey } from '../update/released.ts';

export interface DaemonOptions {
  readonly stateDirectory: string;
  readonly socket: string;
  readonly host: Host;
  readonly dnsRoutes?: readonly DnsRoute[];
  readonly proxies?: Proxies | undefined;
  readonly logLevel: string;
  /** A file; by default standard error. */
  readonly logTo?: string;
  /** Where a token may lie by which it activates itself. */
  readonly tokenSources?: readonly TokenSource[];
  /** Resolves to why the agent has to stop, for the log. */
  readonly stop: Promise<string>;
  /** The engine has started, and the local API answers. */
  onReady?(engine: Engine): void;
}

/**
 * Resolves when everything is undone.
 * @throws CausewayError AGENT_ALREADY_RUNNING and what {@link Engine.start} throws
 */
export async function runDaemon(options: DaemonOptions): Promise<void> {
  const log = pino(
    { name: 'causeway', level: options.logLevel },
    pino.destination({ dest: options.logTo ?? 2, sync: true }),
  );
  // The socket comes first: it is what tells a second agent that it must not touch the adapter.
  const engineReady = Promise.withResolvers<Engine>();
  const stopping = new AbortController();
  const { owner, users } = await serve(options.socket, engineReady.promise);
  try {
    const engine = await Engine.start({
      stateDirectory: options.stateDirectory,
      host: options.host,
      dnsRoutes: options.dnsRoutes,
      proxies: options.proxies,
      log: (message, details) => log.info(details, message),
    });
    try {
      engineReady.resolve(engine);
      log.info({ socket: options.socket, activated: engine.status().machine !== null }, 'agent is ready');
      log.info(users.details, users.sentence);
      options.onReady?.(engine);
      void activateByItself({
        engine,
        sources: options.tokenSources ?? [],
        stop: stopping.signal,
        log: (message, details) => log.info(details, message),
        sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
      });
      void lookForReleases(engine, stopping.signal, (message, details) => log.info(details, message));
      log.info({ signal: await options.stop }, 'stopping');
    } finally {
      stopping.abort();
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

async function lookForReleases(
  engine: Engine,
  stop: AbortSignal,
  log: (message: string, details: Record<string, unknown>) => void,
): Promise<void> {
  const key = await releaseKey();
  if (key === undefined) return;
  await watchReleases({
    key,
    version: AGENT_VERSION,
    place: () => engine.place,
    fetch: fetchRelease,
    tell: (notice) => engine.tell(notice),
    log,
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    stop,
    random: Math.random,
  });
}

async function serve(socket: string, engineReady: Promise<Engine>): Promise<{ owner: LocalServer; users: UsersLetIn }> {
  const handlers = handlersOf(engineReady);
  const activated = async () => (await engineReady).status().machine !== null;
  // Sockets have their last mode only after they are there.
  const before = process.umask(0o077);
  try {
    const owner = await serveLocalApi(socket, handlers);
    return { owner, users: await letUsersIn({ ownerSocket: socket, handlers, activated }) };
  } finally {
    process.umask(before);
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
  if (isPipe(options.ownerSocket)) {
    const server = await servePersonAtComputer(options);
    const sentence = 'whoever is signed in at this computer may use this agent';
    return { server, sentence, details: { socket: server.path } };
  }
  const group = await findGroup(USERS_GROUP);
  if (group === undefined) {
    const { make, join } = groupCommands(process.platform, 'NAME');
    const how = `${make}, ${join}, and start the agent again`;
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
