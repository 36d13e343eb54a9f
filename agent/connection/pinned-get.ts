/** A file of the relay server by HTTP, over TLS that is checked by the pin of the activation token. */
import { type IncomingMessage, request } from 'node:http';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from './pinned-socket.ts';

/**
 * @returns the answer with status 200, whose connection ends with it; undefined for 404
 * @throws CausewayError SERVER_…
 */
export async function getPinned(
  target: PinnedServer,
  path: string,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  const socket = await connectPinned(
    target,
    AbortSignal.any([signal, AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value)]),
  );
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const asked = request(new URL(path, target.server.replace(/^https/, 'http')), {
    createConnection: () => socket,
    headers: { connection: 'close' },
    signal,
  });
  asked.on('response', resolve);
  asked.on('error', (error) => reject(unreachable(target.server, error)));
  asked.end();
  const answer = await promise;
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  if (answer.statusCode === 404) return undefined;
  throw new CausewayError('SERVER_UNREACHABLE', {
    server: target.server,
    cause: `it answered ${answer.statusCode} for ${path}`,
  });
}
