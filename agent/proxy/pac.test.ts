import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pacAnswer } from './pac.ts';
import { waysOf } from './proxies.ts';

const directory = mkdtempSync(join(tmpdir(), 'causeway-pac-'));
afterAll(() => rmSync(directory, { recursive: true }));
const never = new AbortController().signal;
const SERVER = 'https://relay.example';
let files = 0;

function ask(script: string): Promise<string> {
  const file = join(directory, `${++files}.pac`);
  writeFileSync(file, script);
  return pacAnswer(pathToFileURL(file).href, SERVER, never);
}

test('a script is asked with what scripts know', { timeout: 30_000 }, async () => {
  const script = `function FindProxyForURL(url, host) {
    if (isPlainHostName(host)) return 'DIRECT';
    return shExpMatch(host, '*.example') && myIpAddress() ? 'PROXY p:8080; DIRECT' : 'PROXY wrong:1';
  }`;
  expect(await ask(script)).toBe('PROXY p:8080; DIRECT');
});

test.each([
  ['that never ends', 'function FindProxyForURL() { for (;;); }', /./],
  [
    'that wants all memory',
    'function FindProxyForURL() { const a = []; for (;;) a.push(new Array(1e6).fill(1)); }',
    /./,
  ],
  ['that is none', 'this is not JavaScript', /it fails/],
  ['without the function', 'var x = 1;', /it fails/],
  ['that looks for Node', 'function FindProxyForURL() { return process.env.PATH; }', /process/],
])('a script %s is refused in words', { timeout: 30_000 }, async (_, script, message) => {
  const refused = expect(ask(script)).rejects;
  await refused.toMatchObject({ code: 'PAC_UNUSABLE', message: expect.stringMatching(message) });
});

test('a file that is not there is named', async () => {
  const url = pathToFileURL(join(directory, 'none.pac')).href;
  await expect(pacAnswer(url, SERVER, never)).rejects.toMatchObject({ code: 'PAC_UNUSABLE' });
});

test.each([
  ['DIRECT', ['direct']],
  ['PROXY a:1; HTTPS b; direct', ['http://a:1', 'https://b:443', 'direct']],
  ['SOCKS s:1080; PROXY a:1', ['http://a:1']],
])('%s', (answer, expected) => {
  const ways = waysOf(answer, { kind: 'pac', url: 'http://wpad/x', place: 'the test' });
  expect(ways.map((way) => (way === 'direct' ? way : way.shown))).toEqual(expected);
});

test.each(['', 'SOCKS s:1080', 'undefined'])('%j names nothing to use', (answer) => {
  const pac = { kind: 'pac', url: 'http://wpad/x', place: 'the test' } as const;
  expect(() => waysOf(answer, pac)).toThrow(/http:\/\/wpad\/x/);
});
