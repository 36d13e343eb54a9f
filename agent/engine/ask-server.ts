/**
 * Asks the server several times whether it is well, over one pinned connection: first with a large request, then
 * with small ones. What its answers tell (its clock, its database) is compared and told.
 */
import { type IncomingMessage, request } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { connectPinned, type PinnedServer, unreachable } from '../connection/pinned-socket.ts';
import { durationText } from '../duration.ts';

const QUESTIONS = 5;

export interface Answers {
  readonly medianMs: number;
  readonly worstMs: number;
}

/** @throws CausewayError DATABASE_UNREACHABLE, CLOCK_SKEWED, MTU_BLACK_HOLE, SERVER_SILENT, SERVER_… */
export async function askServer(target: PinnedServer): Promise<Answers> {
  const took: number[] = [];
  for (let i = 0; i < QUESTIONS; i++) {
    // The first shows whether large packets pass; on a connection of its own, since it may never end.
    const socket = await connectPinned(target, AbortSignal.timeout(LIMITS.CONTROL_TIMEOUT_MS.value));
    try {
      if (i === 0) await ask(target.server, socket, LIMITS.PATH_LARGE_BYTES.value);
      else {
        const began = performance.now();
        judge(await ask(target.server, socket, 0));
        took.push(performance.now() - began);
      }
    } finally {
      socket.destroy();
    }
  }
  const sorted = took.toSorted((a, b) => a - b);
  return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, worstMs: sorted.at(-1) ?? 0 };
}

interface Answer {
  readonly status: number;
  /** Of the server's clock, milliseconds; it tells whole seconds. */
  readonly date: number;
}

function judge({ status, date }: Answer): void {
  if (status === 503) throw new CausewayError('DATABASE_UNREACHABLE', { cause: 'the server says so of itself' });
  const skew = date - Date.now();
  if (Math.abs(skew) >= LIMITS.CLOCK_SKEW_WARN_MS.value) {
    throw new CausewayError('CLOCK_SKEWED', { skew: durationText(skew) });
  }
}

function ask(server: string, socket: TLSSocket, padding: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const asked = request(new URL('/healthz', server.replace(/^https/, 'http')), {
    createConnection: () => socket,
    headers: padding === 0 ? {} : { 'x-padding': 'x'.repeat(padding) },
  });
  const silent = setTimeout(
    () => reject(new CausewayError(padding === 0 ? 'SERVER_SILENT' : 'MTU_BLACK_HOLE', { server })),
    LIMITS.PATH_PATIENCE_MS.value,
  );
  asked.on('response', (response: IncomingMessage) => {
    response.resume();
    resolve({ status: response.statusCode ?? 0, date: Date.parse(response.headers.date ?? '') || Date.now() });
  });
  asked.on('error', (error) => reject(unreachable(server, error)));
  asked.end();
  return promise.finally(() => clearTimeout(silent));
}
