/**
 * A client of the REST API for command lines: HTTPS with the certificate checked as usual, or by the pin
 * of the server's key alone when one is given. What the server refuses is thrown as the refusal it is.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { CausewayError, fromWire } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { API_PATH, refusal } from '#protocol/rest/api.ts';

export interface RestServer {
  /** Origin: `https://host[:port]`. */
  readonly url: string;
  /** As protocol/ids.ts has it; undefined to trust the authorities that the system trusts. */
  readonly pin?: string | undefined;
  readonly apiKey: string;
}

export interface RestBody {
  readonly type: 'application/json' | 'application/yaml';
  readonly text: string;
}

const JSON_TYPE = 'application/json';

/** A body of JSON. */
export function json(value: unknown): RestBody {
  return { type: JSON_TYPE, text: JSON.stringify(value) };
}

/**
 * @param path below /api/v1.
 * @returns the text of the answer.
 * @throws CausewayError SERVER_UNREACHABLE, SERVER_PIN_MISMATCH, or what the server refused with
 */
export async function callRest(server: RestServer, method: string, path: string, body?: RestBody): Promise<string> {
  const { status, text } = await exchange(server, method, path, body);
  if (status >= 200 && status < 300) return text;
  const parsed = refusal.safeParse(parseJson(text));
  if (parsed.success) throw fromWire(parsed.data.error);
  throw new CausewayError('SERVER_UNREACHABLE', {
    server: server.url,
    cause: `what answers there is no Causeway server of this version (status ${status})`,
  });
}

async function exchange(
  server: RestServer,
  method: string,
  path: string,
  body: RestBody | undefined,
): Promise<{ status: number; text: string }> {
  const seconds = LIMITS.REST_TIMEOUT_MS.value / 1000;
  const unreachable = (cause: string) => new CausewayError('SERVER_UNREACHABLE', { server: server.url, cause });
  const headers = {
    authorization: `Bearer ${server.apiKey}`,
    ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(new URL(API_PATH + path, server.url), {
      method,
      headers,
      agent: false,
      timeout: LIMITS.REST_TIMEOUT_MS.value,
      // A self-made certificate has no authority: with a pin, its key is checked before a byte of the request is sent.
      rejectUnauthorized: server.pin === undefined,
    });
    sent.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        if (server.pin === undefined || pinOf(socket as TLSSocket) === server.pin) sent.end(body?.text);
        else sent.destroy(new CausewayError('SERVER_PIN_MISMATCH', { server: server.url }));
      });
    });
    sent.on('timeout', () => sent.destroy(unreachable(`no answer in ${seconds} seconds`)));
    sent.on('response', (response) => {
      read(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    sent.on('error', (error) => {
      reject(error instanceof CausewayError ? error : unreachable(causeOf(error)));
    });
  });
}

async function read(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** What went wrong, in words where people meet it often. */
function causeOf(error: Error): string {
  const inner = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = 'code' in inner ? String(inner.code) : '';
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was reset',
    ENOTFOUND: 'its name is not known',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is its own; name the pin of its key with --pin',
  };
  return words[code] ?? inner.message;
}

function pinOf(socket: TLSSocket): string | undefined {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key && createHash('sha256').update(key).digest('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
