/**
 * The way from this computer to the server, checked step by step and without the agent's own connections:
 * the proxy that is not used, the server's name, its port, its key.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from '../pinned-socket.ts';
import type { Finding } from './check-outcome.ts';

const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const;

/** What programs take for a proxy is none for us: say so, for people wonder. Values may hold passwords, and are not told. */
export function proxyFinding(environment: NodeJS.ProcessEnv, { server }: PinnedServer): Finding {
  const names = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]);
  const set = names.filter((name) => (environment[name] ?? '') !== '');
  if (set.length === 0) return { detail: 'No proxy is set for the agent; it connects to its server directly.' };
  const { host, port } = placeOf(server);
  return {
    detail: `${set.join(' and ')} ${set.length === 1 ? 'is' : 'are'} set for the agent, and ignored: it connects to its server directly.`,
    remedy: `Nothing to do while the port check below is well; otherwise the firewall has to let TCP out to ${host}:${port}.`,
  };
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

function placeOf(server: string): { host: string; port: number } {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
}

function tcpConnect(host: string, port: number, server: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, timeout: LIMITS.PING_TIMEOUT_MS.value });
  socket.once('connect', () => resolve());
  socket.once('timeout', () => reject(unreachable(server, new Error('no answer'))));
  socket.once('error', (error) => reject(unreachable(server, error)));
  return promise.finally(() => socket.destroy());
}
