/**
 * The way from this computer to the server, checked step by step and without the agent's own connections: the
 * proxy, the server's name, its port, its key, its answers. Each fault of the way has a code of its own.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { CausewayError, isRefusal } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectionCause } from '../connection/cause.ts';
import { connectPinned, type PinnedServer, placeOf } from '../connection/pinned-socket.ts';
import { connectThrough } from '../proxy/connect-through.ts';
import type { HttpProxy } from '../proxy/proxy.ts';
import { askServer } from './ask-server.ts';
import type { Finding } from './check-outcome.ts';
import { captivePage, smallHandshake } from './probe-path.ts';

/** Runs a check and tells its outcome. */
export type Run = (name: string, work: () => Finding | Promise<Finding>) => Promise<void>;

/** All of the way, from the near end; what a broken link makes senseless is left out. */
export async function checkWay(server: PinnedServer, run: Run): Promise<void> {
  const proxy = await proxyInUse(server);
  await run('proxy', () => proxyFinding(server, proxy));
  let reached = true;
  const must = (name: string, work: () => Promise<Finding>) =>
    run(name, () =>
      work().catch((error: unknown) => {
        reached = false;
        throw error;
      }),
    );
  if (proxy === undefined) {
    await must('server name', () => nameFinding(server));
    if (reached) await must('server port', () => portFinding(server));
  }
  if (reached) await must('server key', () => keyFinding(server));
  if (reached) await run('server answers', () => answerFinding(server));
}

/** The first proxy by which the server is tried; undefined when it is tried directly, or nobody knows. */
export async function proxyInUse({ server, proxies }: PinnedServer): Promise<HttpProxy | undefined> {
  const ways = await proxies
    ?.waysTo(server, AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value))
    .catch(() => undefined);
  return ways?.find((way) => way !== 'direct');
}

/** @throws CausewayError PROXY_…, PAC_UNUSABLE, SERVER_UNREACHABLE */
export async function proxyFinding({ server, proxies }: PinnedServer, proxy: HttpProxy | undefined): Promise<Finding> {
  const signal = AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value);
  if (proxies === undefined || proxies.setting.kind === 'none') {
    return { detail: 'No proxy is set for the agent; it connects to its server directly.' };
  }
  const { place } = proxies.setting;
  if (proxy === undefined) {
    await proxies.waysTo(server, signal);
    return { detail: `The proxy setting (${place}) leaves this server out; the agent connects to it directly.` };
  }
  const { host, port } = placeOf(server);
  const began = performance.now();
  const socket = await connectThrough(proxy, { host, port }, signal);
  socket.on('error', () => undefined);
  socket.destroy();
  const took = (performance.now() - began).toFixed(1);
  return { detail: `The proxy ${proxy.shown} (${place}) leads to ${host}:${port} in ${took} ms.` };
}

/** @throws CausewayError SERVER_NAME_UNKNOWN */
export async function nameFinding({ server }: PinnedServer): Promise<Finding> {
  const { host } = placeOf(server);
  if (isIP(host) !== 0) return { detail: `The server is known by its address, ${host}; no name has to be looked up.` };
  const late = AbortSignal.timeout(LIMITS.PATH_PATIENCE_MS.value);
  const { promise: over, reject } = Promise.withResolvers<never>();
  late.addEventListener('abort', () => reject(new Error('no name server answers')), { once: true });
  const addresses = await Promise.race([lookup(host, { all: true }), over]).catch((error: unknown) => {
    throw new CausewayError('SERVER_NAME_UNKNOWN', { host, cause: connectionCause(error) }, { cause: error });
  });
  return { detail: `${host} is ${addresses.map(({ address }) => address).join(', ')}.` };
}

/** @throws CausewayError SERVER_PORT_CLOSED, SERVER_PORT_SILENT, SERVER_UNREACHABLE */
export async function portFinding({ server }: PinnedServer): Promise<Finding> {
  const { host, port } = placeOf(server);
  const began = performance.now();
  await tcpConnect(host, port, server);
  return { detail: `TCP to ${host}:${port} connects in ${(performance.now() - began).toFixed(1)} ms.` };
}

/**
 * @throws CausewayError SERVER_SILENT, SERVER_TURNS_AWAY, MTU_BLACK_HOLE, CAPTIVE_PORTAL, SERVER_PIN_MISMATCH, and
 *   what {@link connectPinned} throws
 */
export async function keyFinding(target: PinnedServer): Promise<Finding> {
  const timeout = AbortSignal.timeout(LIMITS.PATH_PATIENCE_MS.value);
  const socket = await connectPinned(target, timeout).catch(async (error: unknown) => {
    throw await namedFault(target, error === timeout.reason ? 'silent' : error);
  });
  const protocol = socket.getProtocol();
  socket.destroy();
  return { detail: `${protocol ?? 'TLS'} works, and the server’s key is the one in the activation token.` };
}

/** @throws CausewayError DATABASE_UNREACHABLE, CLOCK_SKEWED, MTU_BLACK_HOLE, PATH_SLOW, SERVER_SILENT */
export async function answerFinding(target: PinnedServer): Promise<Finding> {
  const { medianMs, worstMs } = await askServer(target);
  const [median, worst] = [medianMs.toFixed(0), worstMs.toFixed(0)];
  if (medianMs > LIMITS.PATH_SLOW_MEDIAN_MS.value || worstMs > LIMITS.PATH_SLOW_WORST_MS.value) {
    throw new CausewayError('PATH_SLOW', { server: target.server, median, worst });
  }
  return { detail: `The server says that it is well; an answer takes ${median} ms, the slowest of five ${worst} ms.` };
}

/** What stands behind a TLS handshake that came to nothing. */
async function namedFault(target: PinnedServer, error: unknown): Promise<unknown> {
  const { server, proxies } = target;
  const direct = proxies === undefined || proxies.setting.kind === 'none';
  const page = direct ? await captivePage(server) : undefined;
  if (page !== undefined) return new CausewayError('CAPTIVE_PORTAL', { server, page });
  if (error === 'silent') {
    const small = direct && (await smallHandshake(server));
    return new CausewayError(small ? 'MTU_BLACK_HOLE' : 'SERVER_SILENT', { server });
  }
  if (!isRefusal(error, 'SERVER_UNREACHABLE')) return error;
  const cause = String(error.details.cause);
  return /closed|reset/.test(cause) ? new CausewayError('SERVER_TURNS_AWAY', { server, cause }) : error;
}

function tcpConnect(host: string, port: number, server: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const place = `${host}:${port}`;
  const socket = connect({ host, port, timeout: LIMITS.PATH_PATIENCE_MS.value });
  socket.once('connect', () => resolve());
  socket.once('timeout', () => reject(new CausewayError('SERVER_PORT_SILENT', { server: place })));
  socket.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED') reject(new CausewayError('SERVER_PORT_CLOSED', { server: place }));
    else if (error.code === 'ETIMEDOUT') reject(new CausewayError('SERVER_PORT_SILENT', { server: place }));
    else reject(new CausewayError('SERVER_UNREACHABLE', { server, cause: connectionCause(error) }, { cause: error }));
  });
  return promise.finally(() => socket.destroy());
}
