/**
 * A whole relay server on a free loopback port with its data in a temporary directory: for tests, which
 * talk to it as machines and administrators do. Its log is kept, so that it can be searched for secrets.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Clock } from './clock.ts';
import type { OidcSettings } from './control/access/oidc-settings.ts';
import { createServer, type RunningServer } from './server.ts';

export interface LoopbackOptions {
  /** By default a new temporary one, removed at the end. */
  readonly dataDirectory?: string;
  readonly clock?: Clock;
  readonly port?: number;
  /** False leaves the one-time secret for somebody else. */
  readonly claim?: boolean;
  readonly oidc?: OidcSettings;
  /** Directory of agent packages. */
  readonly downloads?: string;
}

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
  readonly headers: IncomingHttpHeaders;
}

export interface LoopbackServer extends AsyncDisposable {
  readonly server: RunningServer;
  readonly dataDirectory: string;
  /** Every log line so far. */
  readonly log: string[];
  /** An API key, claimed with the one-time secret; undefined when there was an administrator already. */
  readonly apiKey: string | undefined;
  /** @param path below /api/v1, unless it begins with a full stop, which stands for the root. */
  api(
    method: string,
    path: string,
    body?: unknown,
    key?: string | null,
    headers?: Readonly<Record<string, string>>,
  ): Promise<ApiAnswer>;
  /** As api, but throws unless the status is 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  must(method: string, path: string, body?: unknown): Promise<any>;
}

export async function startLoopbackServer(options: LoopbackOptions = {}): Promise<LoopbackServer> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'causeway-relay-test-')));
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const server = await createServer({
    listen: { host: '127.0.0.1', port: options.port ?? 0 },
    dataDirectory,
    logger,
    ...(options.clock && { clock: options.clock }),
    oidc: options.oidc,
    ...(options.downloads !== undefined && { downloads: options.downloads }),
  });
  let apiKey: string | undefined;
  const api: LoopbackServer['api'] = (method, path, body, key = apiKey ?? null, more = {}) =>
    call(new URL(path.startsWith('.') ? path.slice(1) : `/api/v1${path}`, server.url), method, body, key, more);
  const must: LoopbackServer['must'] = async (method, path, body) => {
    const answer = await api(method, path, body);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const claims = options.claim !== false && server.firstSecret !== undefined;
  if (claims) apiKey = (await must('POST', '/claim', { secret: server.firstSecret })).key;
  return {
    server,
    dataDirectory,
    log,
    apiKey,
    api,
    must,
    async [Symbol.asyncDispose]() {
      await server.close();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

function call(
  url: URL,
  method: string,
  body: unknown,
  key: string | null,
  more: Readonly<Record<string, string>>,
): Promise<ApiAnswer> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...more,
    };
    // Its certificate is self-made; that the pin is right is tested where it belongs.
    const outgoing = request(url, { method, headers, rejectUnauthorized: false, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const whole = Buffer.concat(parts).toString('utf8');
        const isJson = response.headers['content-type']?.startsWith('application/json') === true && whole !== '';
        resolve({
          status: response.statusCode ?? 0,
          body: isJson ? JSON.parse(whole) : whole,
          headers: response.headers,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}
