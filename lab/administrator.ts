/**
 * The administrator of a lab: speaks REST to the relay server over TLS, checking the server's pin.
 * Runs in the lab's own process, so that a scenario can time what follows an answer.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { z } from 'zod';
import { toBase64url } from '#protocol/encoding.ts';
import type { createdToken } from '#protocol/rest/installing.ts';
import type { machine } from '#protocol/rest/machines.ts';
import type { group, newGroup, reachability, role } from '#protocol/rest/policy.ts';

export interface Server {
  /** `https://ADDRESS[:port]`, as reached from the lab's process. */
  readonly url: string;
  /** SHA-256 of the server's SubjectPublicKeyInfo, base64url. */
  readonly pin: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One side of a connection, by what the REST API calls it. */
export interface Side {
  readonly kind: 'group' | 'role';
  readonly id: string;
}

type Group = z.infer<typeof group>;
type Role = z.infer<typeof role>;
type Machine = z.infer<typeof machine>;

const TIMEOUT_MS = 10_000;

export class Administrator {
  readonly #server: Server;
  readonly #key: string;
  readonly #subscription: string;

  private constructor(server: Server, key: string, subscription: string) {
    this.#server = server;
    this.#key = key;
    this.#subscription = subscription;
  }

  /** Uses up the secret of the first start, and makes a subscription. */
  static async claim(server: Server, secret: string, subscription: string): Promise<Administrator> {
    const { key } = successOf<{ key: string }>(await call(server, null, 'POST', '/claim', { secret }));
    successOf(await call(server, key, 'POST', '/subscriptions', { name: subscription }));
    return new Administrator(server, key, subscription);
  }

  /** The same administrator in a further subscription. */
  async newSubscription(name: string): Promise<Administrator> {
    successOf(await call(this.#server, this.#key, 'POST', '/subscriptions', { name }));
    return new Administrator(this.#server, this.#key, name);
  }

  /** An activation token; machines join the side given, or none. @returns the token's text */
  async token(side: Side | null = null): Promise<string> {
    const created = await this.#do<z.infer<typeof createdToken>>(
      'POST',
      '/tokens',
      side ? { [side.kind]: side.id } : {},
    );
    return created.token;
  }

  async group(name: string, options: Partial<z.input<typeof newGroup>> = {}): Promise<Side> {
    const { id } = await this.#do<Group>('POST', '/groups', { name, ...options });
    return { kind: 'group', id };
  }

  async role(name: string): Promise<Side> {
    const { id } = await this.#do<Role>('POST', '/roles', { name });
    return { kind: 'role', id };
  }

  async setInterconnected(side: Side, interconnected: boolean): Promise<void> {
    await this.#do('PATCH', `/groups/${side.id}`, { interconnected });
  }

  /** Puts a computer in a group, or in none. */
  async move(machineName: string, side: Side | null): Promise<void> {
    await this.#do<Machine>('PATCH', `/machines/${machineName}`, { group: side?.id ?? null });
  }

  async machine(name: string): Promise<Machine> {
    return this.#do<Machine>('GET', `/machines/${name}`);
  }

  /** @returns the connection's id */
  async connect(a: Side, b: Side): Promise<string> {
    const { id } = await this.#do<{ id: string }>('POST', '/connections', { a, b });
    return id;
  }

  async disconnect(connection: string): Promise<void> {
    await this.#do('DELETE', `/connections/${connection}`);
  }

  async canReach(from: string, to: string): Promise<z.infer<typeof reachability>> {
    return this.#do('GET', `/reachability?from=${from}&to=${to}`);
  }

  /** A request whose refusal is of interest; `path` is below the subscription. */
  async attempt(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(this.#server, this.#key, method, `/subscriptions/${this.#subscription}${path}`, body);
  }

  async #do<Result>(method: string, path: string, body?: unknown): Promise<Result> {
    return successOf<Result>(await this.attempt(method, path, body));
  }
}

/** @throws Error with what the server answered, unless it was a success */
function successOf<Result>(answer: Answer): Result {
  if (answer.status >= 200 && answer.status < 300) return answer.body as Result;
  throw new Error(`the relay server answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

async function call(server: Server, key: string | null, method: string, path: string, body?: unknown): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/api/v1${path}`, {
      method,
      headers,
      agent: false,
      timeout: TIMEOUT_MS,
      // The certificate is the server's own; its key is checked instead, before a byte of the request is written.
      rejectUnauthorized: false,
    });
    sent.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        if (pinOf(socket as TLSSocket) !== server.pin) sent.destroy(new Error('the server has another key'));
        else sent.end(text);
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} in ${TIMEOUT_MS} ms`)));
    sent.on('response', (response) => {
      read(response).then(resolve, reject);
    });
    sent.on('error', reject);
  });
}

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) };
}

function pinOf(socket: TLSSocket): string | null {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  return key === undefined ? null : toBase64url(createHash('sha256').update(key).digest());
}
