import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { type ProxySources, proxySetting } from './proxy-settings.ts';

const sources = (part: Partial<ProxySources>): ProxySources => ({ environment: {}, systemEnvironment: '', ...part });

test('nothing set is no proxy', () => {
  expect(proxySetting(sources({}))).toMatchObject({ kind: 'none' });
});

test.each([
  [
    'the option',
    { option: 'a:1', environment: { CAUSEWAY_UPSTREAM_PROXY: 'b:2', https_proxy: 'c:3' } },
    'http://a:1',
    '',
  ],
  ['the own variable', { environment: { CAUSEWAY_UPSTREAM_PROXY: 'b:2', https_proxy: 'c:3' } }, 'http://b:2', ''],
  ['https_proxy', { environment: { https_proxy: 'c:3', HTTPS_PROXY: 'd:4', NO_PROXY: 'x' } }, 'http://c:3', 'x'],
  ['ALL_PROXY', { environment: { ALL_PROXY: 'https://e' }, systemEnvironment: 'https_proxy=f' }, 'https://e:443', ''],
  [
    'the system',
    { systemEnvironment: '# x\nexport HTTPS_PROXY="http://f:6/"\nno_proxy=.corp\n' },
    'http://f:6',
    '.corp',
  ],
  ['IPv6', { environment: { HTTPS_PROXY: 'http://[fd00::1]:3128' } }, 'http://[fd00::1]:3128', ''],
])('%s counts', (_, part, shown, noProxy) => {
  expect(proxySetting(sources(part))).toMatchObject({ kind: 'fixed', proxy: { shown }, noProxy });
});

test('none switches off what the environment says', () => {
  expect(proxySetting(sources({ option: 'none', environment: { HTTPS_PROXY: 'c:3' } })).kind).toBe('none');
});

test('HTTP_PROXY is for http, which Causeway does not speak', () => {
  expect(proxySetting(sources({ environment: { HTTP_PROXY: 'c:3' } })).kind).toBe('none');
});

test('a password is read, and shown nowhere', () => {
  const setting = proxySetting(sources({ environment: { HTTPS_PROXY: 'http://u:hunter%402@p:3128' } }));
  if (setting.kind !== 'fixed') throw new Error(setting.kind);
  expect(setting.proxy.credentials?.reveal()).toBe('u:hunter@2');
  expect(`${JSON.stringify(setting)} ${inspect(setting, { depth: 9 })}`).not.toMatch(/hunter/);
});

test('credentials of their own go with a proxy without any, and with an auto-configuration', () => {
  const environment = { CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: 'u:p:q', HTTPS_PROXY: 'http://p:3128' };
  const fixed = proxySetting(sources({ environment }));
  const pac = proxySetting(sources({ environment, option: 'pac+http://wpad/x.pac' }));
  if (fixed.kind !== 'fixed' || pac.kind !== 'pac') throw new Error('other kinds');
  expect(fixed.proxy.credentials?.reveal()).toBe('u:p:q');
  expect(pac.credentials?.reveal()).toBe('u:p:q');
  expect(pac.url).toBe('http://wpad/x.pac');
});

test.each([
  [{ option: 'http://u:secret@p:1' }, /command line/],
  [{ option: 'socks5://p:1' }, /HTTP proxies only/],
  [{ option: 'http://p:1/path' }, /no path/],
  [{ option: 'http://' }, /no address/],
  [{ environment: { HTTPS_PROXY: 'http://u:50%@p:1' } }, /%25/],
  [{ environment: { CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: 'nobody' } }, /USER:PASSWORD/],
])('%j is refused without its text', (part, message) => {
  expect(() => proxySetting(sources(part))).toThrow(message);
  expect(() => proxySetting(sources(part))).not.toThrow(/secret|50%@/);
});
