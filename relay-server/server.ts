/**
 * The relay server put together: one HTTPS server that carries the REST API, control connections and
 * the relay. Everything is opened here in order, and closed in the opposite one.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer, type Server } from 'node:https';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { CausewayError } from '#protocol/errors.ts';
import type { ServerPin } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { buildApi } from './api/app.ts';
import { type Clock, systemClock } from './clock.ts';
import type { OidcSettings } from './control/access/oidc-settings.ts';
import { makeFirstSecret, nobodyAdministers } from './control/administration/api-keys.ts';
import { ControlPlane } from './control/control-plane.ts';
import type { Counters } from './control/counters.ts';
import { ControlEdge } from './control/edge.ts';
import { RelayOverTime } from './control/relay-over-time.ts';
import { databasePath, lockDataDirectory, makeDataDirectory } from './data-directory.ts';
import { Door } from './door.ts';
import { Downloads } from './installing/downloads.ts';
import { defaultServerUrl, formatAddress, hostOf, type ListenAddress } from './listen-address.ts';
import { readingOf } from './measure.ts';
import { OpenThings } from './open-things.ts';
import { type Random, systemRandom } from './random.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { PresenceListener } from './relay/core.ts';
import { attachRelay, type Relay } from './relay/edge.ts';
import { SlowRequestCounter } from './slow-requests.ts';
import { headText } from './store/audit-chain.ts';
import { openSqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';
import { operatorIdentity, ownIdentity, type TlsIdentity } from './tls/certificate.ts';
import { curlPin } from './tls/curl-pin.ts';
import { grantKey } from './tls/grant-key.ts';
import { descriptorsOf } from './upkeep/descriptors.ts';
import { Observations } from './upkeep/observations.ts';
import { PeriodicBackups } from './upkeep/periodic-backups.ts';
import { writeRunningFile } from './upkeep/running-file.ts';
import { VERSION } from './version.ts';

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** Origin under which machines reach the server; by default made of the listen address. */
  readonly url?: string | undefined;
  /** postgres://… in place of the SQLite file in the data directory. */
  readonly database?: string | undefined;
  /** The operator's own certificate in place of a self-made one. */
  readonly certificate?: { readonly certificatePath: string; readonly keyPath: string } | undefined;
  /** Where people may sign in by an identity provider. */
  readonly oidc?: OidcSettings | undefined;
  /** Directory of agent packages that install pages hand out; may be missing. */
  readonly downloads?: string | undefined;
  /** How long role instances that have stopped without goodbye stay; null: for ever. */
  readonly instancesGoneAfterMs?: number | null | undefined;
  /** Container image of the agent that install pages name. */
  readonly containerImage?: string | undefined;
  /** How often a backup is made in the data directory; null or left out: never. */
  readonly backupEveryMs?: number | null | undefined;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunningServer extends AsyncDisposable {
  /** Origin, as tokens carry it. */
  readonly url: string;
  readonly pin: ServerPin;
  readonly address: ListenAddress;
  /** Set while there is no administrator: to be shown once, and logged never. */
  readonly firstSecret: string | undefined;
  readonly control: ControlPlane;
  /** Says good-bye to machines, finishes changes under way, closes the database. Idempotent. */
  close(): Promise<void>;
}

/**
 * @throws CausewayError PORT_IN_USE, PORT_FORBIDDEN, DIRECTORY_READ_ONLY, DISK_FULL, STATE_CORRUPT,
 *   STATE_TOO_NEW, SERVER_ALREADY_RUNNING, DATABASE_UNREACHABLE, CERTIFICATE_UNUSABLE; nothing stays open then.
 */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const things = new OpenThings();
  try {
    return await open(options, things);
  } catch (error) {
    await things.close();
    throw error;
  }
}

/** The database of a data directory, or the one in its place. */
export async function openStore(
  dataDirectory: string,
  database: string | undefined,
  exclusive: boolean,
): Promise<Store> {
  if (database === undefined) return openSqliteStore(databasePath(dataDirectory));
  const { openPostgresStore } = await import('./store/postgres.ts');
  return openPostgresStore(database, { exclusive });
}

async function open(options: ServerOptions, things: OpenThings): Promise<RunningServer> {
  const { clock = systemClock, random = systemRandom, dataDirectory, logger } = options;
  await makeDataDirectory(dataDirectory);
  const lock = lockDataDirectory(dataDirectory);
  things.add(() => lock[Symbol.dispose]());
  const store = await openStore(dataDirectory, options.database, true);
  things.add(() => store.close());
  const identity = await tlsIdentity(options, clock.now(), random);
  const key = await grantKey(dataDirectory);

  const server = httpsServer(identity);
  const door = new Door();
  server.on('connection', (socket) => door.came(socket));
  const slow = new SlowRequestCounter(() => clock.now());
  slow.watch(server);
  things.add(() => closed(server));
  let moved: PresenceListener = () => {};
  const onPresence: PresenceListener = (...machine) => moved(...machine);
  const relay = attachRelay({ ticketKey: key.publicKey, now: () => clock.now(), logger, onPresence });
  things.add(() => relay.close());
  const serverUrl = () => options.url ?? defaultServerUrl(boundTo(server, options.listen), hostname());
  const control = await ControlPlane.start({
    store,
    clock,
    random,
    grantKey: key,
    logger,
    serverUrl,
    pin: identity.pin,
    serverVersion: VERSION,
    oidc: options.oidc,
    instancesGoneAfterMs: options.instancesGoneAfterMs,
    relay: {
      dropMachine: (subscription, machine) => relay.drop(subscription, machine),
      isConnected: (subscription, machine) => relay.connected(subscription, machine),
      pairs: (subscription) => relay.pairs(subscription),
    },
  });
  things.add(() => control.close());
  moved = (subscription, machine) => control.events.moved(subscription, machine);
  const overTime = new RelayOverTime(clock, VERSION, () => readingOf(control, relay));
  things.add(() => overTime.close());
  const edge = new ControlEdge(control);
  things.add(() => edge.close());
  const api = await buildApi({
    control,
    relayMetrics: () => relay.stats(),
    overTime,
    installing: {
      downloads: new Downloads(options.downloads ?? join(dataDirectory, 'downloads')),
      curlPin: options.certificate === undefined ? curlPin(identity.pin) : undefined,
      containerImage: options.containerImage,
    },
    logger,
    strictTransport: options.certificate !== undefined,
    serverFactory: (handler) => server.on('request', handler),
  });
  await api.ready();
  server.on('upgrade', (request, socket, head) => {
    door.upgraded(socket);
    dispatch(edge, relay, request, socket, head);
  });

  await listen(server, options.listen);
  // First to go: nothing new comes in while the rest is closed.
  things.add(() => server.close());
  const firstSecret = await makeSecretIfNobody(store, random, clock.now());
  const [url, address] = [serverUrl(), boundTo(server, options.listen)];
  const audit = headText(await store.audit.head());
  logger.info(
    { url, pin: identity.pin, listen: formatAddress(address), version: VERSION, audit },
    'relay server listens',
  );
  await keepWell(options, things, { url, pin: identity.pin, ...address }, clock, control.context.counters);
  const machines = () => control.context.presence.online;
  const seen = await Observations.begin({ dataDirectory, clock, logger, identity, machines, slow: () => slow.spell });
  // The very first to go: who is connected now counts.
  things.add(() => seen.end());
  const close = () => things.close();
  return { url, pin: identity.pin, address, firstSecret, control, close, [Symbol.asyncDispose]: close };
}

/** Backups, and what `causeway-relay check` wants to know. */
async function keepWell(
  { dataDirectory, database, logger, backupEveryMs = null }: ServerOptions,
  things: OpenThings,
  where: { url: string; pin: ServerPin } & ListenAddress,
  clock: Clock,
  counters: Counters,
): Promise<void> {
  const facts = { ...where, pid: process.pid, database: database === undefined ? 'inside' : 'elsewhere' } as const;
  await writeRunningFile(dataDirectory, { ...facts, backupEveryMs });
  if (backupEveryMs === null) return;
  const backups = new PeriodicBackups({ dataDirectory, database, clock, logger, everyMs: backupEveryMs });
  counters.backups = backups;
  things.add(() => backups[Symbol.dispose]());
}

function dispatch(edge: ControlEdge, relay: Relay, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (edge.handleUpgrade(request, socket, head) || relay.handleUpgrade(request, socket, head)) return;
  refuseUpgrade(socket, new CausewayError('NOT_FOUND', { kind: 'WebSocket', id: String(request.url).slice(0, 100) }));
}

function tlsIdentity(options: ServerOptions, now: number, random: Random): Promise<TlsIdentity> {
  const { certificate, dataDirectory, listen, url } = options;
  if (certificate !== undefined) return operatorIdentity(certificate.certificatePath, certificate.keyPath);
  return ownIdentity(dataDirectory, [hostOf(url ?? defaultServerUrl(listen, hostname()))], now, random);
}

function httpsServer(identity: TlsIdentity): Server {
  const server = createHttpsServer({
    cert: identity.certificate,
    key: identity.key,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: LIMITS.TLS_HANDSHAKE_MS.value,
    headersTimeout: LIMITS.HTTP_HEADERS_MS.value,
    requestTimeout: LIMITS.HTTP_REQUEST_MS.value,
    connectionsCheckingInterval: LIMITS.HTTP_LOOK_EVERY_MS.value,
    keepAliveTimeout: LIMITS.HTTP_KEEP_ALIVE_MS.value,
  });
  const descriptors = descriptorsOf('self');
  if (descriptors !== undefined) {
    // Who comes when all are taken is closed at once, and the database keeps its files.
    const { most, used } = descriptors;
    server.maxConnections = Math.max(1, most - used - LIMITS.DESCRIPTORS_RESERVED_MAX.value);
  }
  return server;
}

async function makeSecretIfNobody(store: Store, random: Random, now: number): Promise<string | undefined> {
  return (await nobodyAdministers(store)) ? makeFirstSecret(store, random, now) : undefined;
}

async function listen(server: Server, wanted: ListenAddress): Promise<void> {
  try {
    server.listen(wanted.port, wanted.host);
    await once(server, 'listening');
  } catch (error) {
    const address = formatAddress(wanted);
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new CausewayError('PORT_IN_USE', { address }, { cause: error });
    if (code === 'EACCES') throw new CausewayError('PORT_FORBIDDEN', { address }, { cause: error });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new CausewayError('USAGE', { issue: `This computer has no address ${wanted.host}.` }, { cause: error });
    }
    throw error;
  }
}

/** Where the server listens: as wanted, but with the port it really got. */
function boundTo(server: Server, wanted: ListenAddress): ListenAddress {
  const bound = server.address();
  return { host: wanted.host, port: typeof bound === 'object' && bound !== null ? bound.port : wanted.port };
}

/** After {@link Server.close}: ends the connections that are left and waits until all are gone. */
async function closed(server: Server): Promise<void> {
  if (!server.listening && server.address() === null) {
    const connections = promisify(server.getConnections.bind(server));
    server.closeAllConnections();
    if ((await connections()) > 0) await once(server, 'close');
  }
}
