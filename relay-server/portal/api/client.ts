/**
 * The REST API as functions: JSON in, JSON out, a {@link Refusal} for everything that the server refuses.
 * The browser adds the session's cookie by itself. Keeps nothing; caching is the query client's.
 *
 *     const groups = await api.get<List<Group>>(path`/subscriptions/${name}/groups`, { signal });
 *     await api.patch<Group>(path`/subscriptions/${name}/groups/${id}`, { name: 'Office' }, { ifMatch: etag });
 */
import { Refusal, refusalOf, unreachable } from './refusal.ts';

const API = '/api/v1';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Parameters of the query; undefined ones are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** ETag of what the change was made from: if it has changed since, the server refuses. */
  readonly ifMatch?: string | undefined;
}

/** What was read, with the ETag to send back as `ifMatch`. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly etag: string | undefined;
}

/** Puts names into a path, whatever is in them. */
export function path(texts: TemplateStringsArray, ...names: readonly string[]): string {
  return String.raw({ raw: texts.raw }, ...names.map(encodeURIComponent));
}

/**
 * All of them reject with {@link Refusal}, or with an AbortError.
 * `Value` is what the API's description says comes back; it is not checked again.
 */
export const api = {
  get: async <Value>(url: string, options?: CallOptions) => (await call<Value>('GET', url, undefined, options)).value,
  read: <Value>(url: string, options?: CallOptions): Promise<Versioned<Value>> =>
    call<Value>('GET', url, undefined, options),
  post: async <Value>(url: string, body?: unknown, options?: CallOptions) =>
    (await call<Value>('POST', url, body, options)).value,
  put: async <Value>(url: string, body?: unknown, options?: CallOptions) =>
    (await call<Value>('PUT', url, body, options)).value,
  patch: async <Value>(url: string, body?: unknown, options?: CallOptions) =>
    (await call<Value>('PATCH', url, body, options)).value,
  /** `body`: what a removal has to be told, such as the password of who wants it. */
  delete: async (url: string, { body, ...options }: CallOptions & { readonly body?: unknown } = {}): Promise<void> => {
    await call<undefined>('DELETE', url, body, options);
  },
};

async function call<Value>(
  method: string,
  url: string,
  body: unknown,
  { signal, query = {}, ifMatch }: CallOptions = {},
): Promise<Versioned<Value>> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (ifMatch !== undefined) headers.set('if-match', ifMatch);
  const response = await fetch(`${API}${url}${parameters.size > 0 ? `?${parameters}` : ''}`, {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  }).catch((error: unknown) => {
    throw isAbort(error) ? error : unreachable(error);
  });
  const value = await readJson(response);
  if (!response.ok) throw refusalOf(response.status, value);
  return { value: value as Value, etag: response.headers.get('etag') ?? undefined };
}

/** @returns undefined for no body, or one that is no JSON */
async function readJson(response: Response): Promise<unknown> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return undefined;
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw error instanceof SyntaxError ? refusalOf(response.status, undefined) : unreachable(error);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** Whether somebody else changed the thing in the meantime. */
export function isConflict(error: unknown): boolean {
  return error instanceof Refusal && error.status === 412;
}
