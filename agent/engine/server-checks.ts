/**
 * The way from this computer to the server, checked step by step and without the agent's own connections:
 * the proxy, the server's name, its port, its key.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, placeOf, unreachable } from '../pinned-socket.ts';
import { connectThrough } from '../proxy/connect-through.ts';
import type { HttpProxy } from '../proxy/proxy.ts';
import type { Finding } from './check-outcome.ts';

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

/** @throws CausewayError SERVER_UNREACHABLE */
export async function nameFinding({ server }: PinnedServer): Promise<Finding> {
  const { host } = placeOf(server);
  if (isIP(host) !== 0) return { detail: `The server is known by its address, ${host}; no name has to be looked up.` };
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw unreachable(server, error);
  });
  return { detail: `${host} is ${addresses.map(({ address }) => address).join(', ')}.` };
}

/** @throws CausewayError SERVER_UNREACHABLE */
export async function portFinding({ server }: PinnedServer): Promise<Finding> {
  const { host, port } = placeOf(server);
  const began = performance.now();
  await tcpConnect(host, port, server);
  return { detail: `TCP to ${host}:${port} connects in ${(performance.now() - began).toFixed(1)} ms.` };
}

/** @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH */
export async function keyFinding(target: PinnedServer): Promise<Finding> {
  const timeout = AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value);
  const socket = await connectPinned(target, timeout).catch((error: unknown) => {
    throw error === timeout.reason ? unreachable(target.server, new Error('no answer')) : error;
  });
  const protocol = socket.getProtocol();
  socket.destroy();
  return { detail: `${protocol ?? 'TLS'} works, and the server’s key is the one in the activation token.` };
}

function tcpConnect(host: string, port: number, server: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, timeout: LIMITS.PING_TIMEOUT_MS.value });
  socket.once('connect', () => resolve());
  socket.once('timeout', () => reject(unreachable(server, new Error('no answer'))));
  socket.once('error', (error) => reject(unreachable(server, error)));
  return promise.finally(() => socket.destroy());
}
