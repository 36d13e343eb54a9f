/**
 * A browser as far as tests of sign-ins need one: keeps cookies as it should, and says which page asks.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export class LoopbackBrowser {
  readonly cookies = new Map<string, string>();
  readonly #url: string;
  /** As a browser does: one handshake for many requests. */
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });

  /** @param url of the server */
  constructor(url: string) {
    this.#url = url;
  }

  get origin(): string {
    return new URL(this.#url).origin;
  }

  /**
   * @param path below /api/v1, or from the root after a full stop
   * @param headers in place of those that a page of the server's own would send; undefined leaves one out
   */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<BrowserAnswer> {
    if (body === undefined) return this.send(method, path, undefined, headers);
    return this.send(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  /** As ask, with a body as it is, whatever it is. */
  send(
    method: string,
    path: string,
    text: string | undefined,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<BrowserAnswer> {
    const url = new URL(path.startsWith('.') ? path.slice(1) : `/api/v1${path}`, this.#url);
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const own = method === 'GET' ? {} : { origin: this.origin, 'sec-fetch-site': 'same-origin' };
    const sent = Object.entries({
      ...own,
      ...(cookie !== '' && { cookie }),
      ...(text !== undefined && { 'content-length': String(Buffer.byteLength(text)) }),
      'user-agent': 'Loopback/1',
      ...headers,
    }).filter((header): header is [string, string] => header[1] !== undefined);
    return new Promise((resolve, reject) => {
      const settings = { method, headers: Object.fromEntries(sent), rejectUnauthorized: false, agent: this.#agent };
      const outgoing = request(url, settings, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          for (const line of response.headers['set-cookie'] ?? []) this.#keep(line);
          const whole = Buffer.concat(parts).toString('utf8');
          const isJson = response.headers['content-type']?.startsWith('application/json') === true && whole !== '';
          const { statusCode: status = 0, headers: got } = response;
          resolve({ status, headers: got, text: whole, body: isJson ? JSON.parse(whole) : undefined });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  signIn(name: string, password: string, code?: string): Promise<BrowserAnswer> {
    return this.ask('POST', '/session', { name, password, ...(code !== undefined && { code }) });
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/Max-Age=0/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}
