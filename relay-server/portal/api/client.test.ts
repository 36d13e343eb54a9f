import { afterEach, expect, test, vi } from 'vitest';
import { api, isConflict, path } from './client.ts';
import { Refusal } from './refusal.ts';

const asked: Request[] = [];
function answer(respond: () => Response | Promise<Response>): void {
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    asked.push(new Request(new URL(url, 'https://relay.test'), init));
    return respond();
  });
}
const json =
  (status: number, body: unknown, headers = {}) =>
  () =>
    Response.json(body, { status, headers });
const refused = (call: Promise<unknown>): Promise<Refusal> =>
  call.then(
    () => expect.fail('it was not refused'),
    (error) => {
      expect(error).toBeInstanceOf(Refusal);
      return error;
    },
  );

afterEach(() => {
  asked.length = 0;
  vi.unstubAllGlobals();
});

test('names stand in a path whatever is in them', () => {
  expect(path`/subscriptions/${'contoso'}/groups/${'Büro / 1?#'}`).toBe(
    '/subscriptions/contoso/groups/B%C3%BCro%20%2F%201%3F%23',
  );
});

test('a change carries JSON, the version it was made from, and its query', async () => {
  answer(json(200, { name: 'new' }, { etag: '"8"' }));
  expect(await api.patch('/x', { name: 'new' }, { ifMatch: '"7"', query: { dry: true, none: undefined } })).toEqual({
    name: 'new',
  });
  const [request] = asked;
  expect(request?.url).toBe('https://relay.test/api/v1/x?dry=true');
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
    'content-type': 'application/json',
    'if-match': '"7"',
  });
  expect(await request?.json()).toEqual({ name: 'new' });
});

test('what is read comes with its version; what is removed with nothing', async () => {
  answer(json(200, { name: 'a' }, { etag: '"7"' }));
  expect(await api.read('/x')).toEqual({ value: { name: 'a' }, etag: '"7"' });
  answer(() => new Response(null, { status: 204 }));
  expect(await api.delete('/x')).toBeUndefined();
});

test('a refusal keeps its words', async () => {
  const error = { code: 'CHANGED', message: 'Somebody else…', remedy: 'Look again.', details: { version: 3 } };
  answer(json(412, { error }));
  const refusal = await refused(api.get('/x'));
  expect(refusal).toMatchObject({ ...error, status: 412 });
  expect(isConflict(refusal)).toBe(true);
});

test('a proxy’s page, half an answer and silence are refusals too', async () => {
  answer(() => new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }));
  expect(await refused(api.get('/x'))).toMatchObject({ status: 502, code: 'INTERNAL' });
  answer(() => new Response('{"a":', { headers: { 'content-type': 'application/json' } }));
  expect((await refused(api.get('/x'))).code).toBe('INTERNAL');
  answer(() => Promise.reject(new TypeError('Failed to fetch')));
  expect(await refused(api.get('/x'))).toMatchObject({ status: 0, code: 'SERVER_UNREACHABLE' });
});

test('a cancelled wait is no refusal', async () => {
  answer(() => Promise.reject(new DOMException('stopped', 'AbortError')));
  await expect(api.get('/x', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});
