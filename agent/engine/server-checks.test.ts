import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { serverPin } from '#protocol/ids.ts';
import { nameFinding, portFinding, proxyFinding } from './server-checks.ts';

const target = (server: string) => ({ server, pin: serverPin.parse('A'.repeat(43)) });
const SERVER = target('https://relay.example:8443');

test.each([
  [{}, /^No proxy is set/, undefined],
  [{ HTTPS_PROXY: '' }, /^No proxy is set/, undefined],
  [{ NO_PROXY: '*' }, /^No proxy is set/, undefined],
  [
    { https_proxy: 'http://u:hunter2@p' },
    /^https_proxy is set for the agent, and ignored/,
    /TCP out to relay\.example:8443/,
  ],
  [{ HTTPS_PROXY: 'x', all_proxy: 'y' }, /^HTTPS_PROXY and all_proxy are set/, /relay\.example/],
])('of the environment %j', (environment, detail, remedy) => {
  const finding = proxyFinding(environment, SERVER);
  expect(finding.detail).toMatch(detail);
  if (remedy === undefined) expect(finding.remedy).toBeUndefined();
  else expect(finding.remedy).toMatch(remedy);
  expect(JSON.stringify(finding)).not.toContain('hunter2');
});

test('a server that is known by its address needs no name', async () => {
  expect((await nameFinding(target('https://[::1]:9'))).detail).toBe(
    'The server is known by its address, ::1; no name has to be looked up.',
  );
  await expect(nameFinding(target('https://no-such-host.invalid'))).rejects.toMatchObject({
    code: 'SERVER_UNREACHABLE',
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
  await expect(portFinding(target(`https://127.0.0.1:${port}`))).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});
