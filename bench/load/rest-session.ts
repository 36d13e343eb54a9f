/**
 * An administrator without a browser: signs in by password and asks by the cookie that comes back.
 */
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { API_PATH } from '#protocol/rest/api.ts';

interface Answer {
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export class RestSession implements Disposable {
  readonly #url: string;
  readonly #cookie: string;
  /** One connection that stays: what is timed is the change, not TLS. */
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
  }

  static async signIn(url: string, name: string, password: string): Promise<RestSession> {
    const { headers } = await new RestSession(url, '').#send('POST', '/session', { name, password });
    return new RestSession(url, (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; '));
  }

  /** @param path below /api/v1. @throws Error with what was answered, unless it was a success */
  async ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    return (await this.#send(method, path, body)).body as Body;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body?: unknown): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<{
      headers: IncomingMessage['headers'];
      body: unknown;
    }>();
    const headers = {
      origin: this.#url,
      ...(this.#cookie !== '' && { cookie: this.#cookie }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const sent = request(
      `${this.#url}${API_PATH}${path}`,
      { method, headers, agent: this.#agent, rejectUnauthorized: false },
      (response) => {
        answerOf(response, `${method} ${path}`).then(resolve, reject);
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}

async function answerOf(response: IncomingMessage, asked: string): Promise<Answer> {
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new Error(`${asked}: ${status} ${text}`);
  return { headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}
