/**
 * Counts what was ended because it came too slowly (slow loris): the start of TLS, the head of a request, a body.
 * Knows who, and since when; ending them is the HTTP server's own.
 */
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';
import { lineOf } from './line.ts';

/** Codes of Node for what took too long. */
const TOO_SLOW: ReadonlySet<unknown> = new Set(['ERR_HTTP_REQUEST_TIMEOUT', 'ERR_TLS_HANDSHAKE_TIMEOUT']);

export interface SlowRequests {
  readonly count: number;
  /** The line that most of them came from, and how many. */
  readonly worst: { readonly line: string; readonly count: number };
  /** Milliseconds of the Unix epoch. */
  readonly since: number;
  readonly last: number;
}

/** One spell: it begins anew when there was none for {@link LIMITS.NEWS_LAST_MS}. */
export class SlowRequestCounter {
  readonly #now: () => number;
  readonly #lines = new Map<string, number>();
  #count = 0;
  #since = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(now: () => number) {
    this.#now = now;
  }

  watch(server: Server): void {
    // Fastify answers and ends them; this only listens.
    server.on('clientError', (error, socket) => this.#look(error, (socket as Socket).remoteAddress));
    server.on('tlsClientError', (error, socket) => this.#look(error, socket.remoteAddress));
  }

  /** Undefined while there were none. */
  get spell(): SlowRequests | undefined {
    const [worst] = [...this.#lines].sort(([, a], [, b]) => b - a);
    if (worst === undefined) return undefined;
    const [line, count] = worst;
    return { count: this.#count, worst: { line, count }, since: this.#since, last: this.#last };
  }

  ended(address: string): void {
    const now = this.#now();
    if (now - this.#last > LIMITS.NEWS_LAST_MS.value) {
      this.#lines.clear();
      [this.#count, this.#since] = [0, now];
    }
    [this.#count, this.#last] = [this.#count + 1, now];
    const line = lineOf(address);
    // An attacker with many lines is counted, if not by each of them.
    if (!this.#lines.has(line) && this.#lines.size >= LIMITS.SLOW_LINES_MAX.value) return;
    this.#lines.set(line, (this.#lines.get(line) ?? 0) + 1);
  }

  #look(error: Error, address: string | undefined): void {
    if ('code' in error && TOO_SLOW.has(error.code)) this.ended(address ?? 'an unknown address');
  }
}
