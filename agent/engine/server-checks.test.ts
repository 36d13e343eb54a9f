import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { serverPin } from '#protocol/ids.ts';
import { Proxies } from '../proxy/proxies.ts';
import { proxySetting } from '../proxy/proxy-settings.ts';
import { pageOf } from './probe-path.ts';
import { keyFinding, nameFinding, portFinding, proxyFinding, proxyInUse } from './server-checks.ts';

const target = (server: string) => ({ server, pin: serverPin.parse('A'.repeat(43)) });
const SERVER = target('https://relay.example:8443');

test('what is set as a proxy is said, and never its password', async () => {
  const none = await proxyFinding(SERVER, undefined);
  expect(none.detail).toMatch(/^No proxy is set/);
  const environment = { HTTPS_PROXY: 'http://u:hunter2@127.0.0.1:9', NO_PROXY: 'relay.example' };
  const proxies = new Proxies(proxySetting({ environment, systemEnvironment: '' }));
  const excepted = { ...SERVER, proxies };
  expect(await proxyInUse(excepted)).toBeUndefined();
  expect((await proxyFinding(excepted, undefined)).detail).toMatch(
    /^The proxy setting \(HTTPS_PROXY\) leaves this server out/,
  );
  const other = { ...target('https://other.example'), proxies };
  const proxy = await proxyInUse(other);
  const refusal = await proxyFinding(other, proxy).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'PROXY_UNREACHABLE', message: expect.stringContaining('http://127.0.0.1:9') });
  expect(JSON.stringify(refusal)).not.toContain('hunter2');
});

test('a server that is known by its address needs no name', async () => {
  expect((await nameFinding(target('https://[::1]:9'))).detail).toBe(
    'The server is known by its address, ::1; no name has to be looked up.',
  );
  await expect(nameFinding(target('https://no-such-host.invalid'))).rejects.toMatchObject({
    code: 'SERVER_NAME_UNKNOWN',
  });
});

test('a port that answers says how fast, and one that does not is a refusal', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  expect((await portFinding(target(`https://127.0.0.1:${port}`))).detail).toMatch(
    new RegExp(`^TCP to 127\\.0\\.0\\.1:${port} connects in [\\d.]+ ms\\.$`),
  );
  await new Promise((resolve) => server.close(resolve));
  await expect(portFinding(target(`https://127.0.0.1:${port}`))).rejects.toMatchObject({ code: 'SERVER_PORT_CLOSED' });
});

test.each([
  [200, undefined, undefined],
  [302, 'http://login.hotel.example/start?mac=1', 'http://login.hotel.example/start'],
  [302, 'http://relay.example/', undefined],
  [302, '/relative', undefined],
  [511, undefined, 'relay.example'],
  [404, 'http://login.hotel.example/', undefined],
])('an answer %i to %s in the server’s place is a captive page: %s', (status, location, page) => {
  expect(pageOf('relay.example', status, location)).toBe(page);
});

test('who accepts and says nothing, or closes at once, is told apart', { timeout: 30_000 }, async () => {
  for (const [behaves, code] of [
    [() => undefined, 'SERVER_SILENT'],
    [(socket: Socket) => void socket.destroy(), 'SERVER_TURNS_AWAY'],
  ] as const) {
    const server = createServer(behaves);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(keyFinding(target(`https://127.0.0.1:${port}`))).rejects.toMatchObject({ code });
    server.close();
  }
});
