import { expect, test } from 'vitest';
import { toBase64url } from '#protocol/encoding.ts';
import { serverPin, subscriptionId } from '#protocol/ids.ts';
import { encodeToken } from '#protocol/token.ts';
import { findToken } from './token-sources.ts';
import { tokenInName, windowsTokenSources } from './windows-sources.ts';

const token = encodeToken({
  server: 'https://relay.example',
  pin: serverPin.parse(toBase64url(new Uint8Array(32))),
  subscription: subscriptionId.parse('00'.repeat(16)),
  secret: new Uint8Array(20),
});

test.each([
  [`C:\\Users\\ada\\Downloads\\causeway-agent-windows-x64.${token}.msi`],
  [`causeway-agent-windows-x64.${token} (1).msi`],
  [`\\\\server\\share\\Copy of causeway-agent-windows-x64.${token}.msi`],
  [`C:\\Windows\\ccmcache\\4\\cwt1_no.causeway.${token}.msi`],
])('the token is found in %s', (path) => {
  expect(tokenInName(path)).toBe(token);
});

test.each([
  ['C:\\Downloads\\causeway-agent-windows-x64.msi'],
  [`C:\\Downloads\\causeway-agent-windows-x64.${token.slice(0, -9)}.msi`],
  [`C:\\${token}\\setup.msi`],
  [''],
])('there is none in %s', (path) => {
  expect(tokenInName(path)).toBeUndefined();
});

test('a policy comes before the command line, and that before the name; all but the policy are wiped', async () => {
  const values = new Map([
    ['Software\\Policies\\Causeway\\ActivationToken', 'of the policy'],
    ['Software\\Causeway\\ActivationToken', 'of the command line'],
    ['Software\\Causeway\\Installer', `C:\\x.${token}.msi`],
  ]);
  const sources = windowsTokenSources({
    readString: (key, name) => values.get(`${key}\\${name}`),
    deleteValue: (key, name) => void values.delete(`${key}\\${name}`),
  });
  const found = async () => (await findToken(sources))?.text;
  expect(await found()).toBe('of the policy');
  values.delete('Software\\Policies\\Causeway\\ActivationToken');
  expect(await found()).toBe('of the command line');
  // As the installer writes it when none was given.
  values.set('Software\\Causeway\\ActivationToken', '');
  expect(await found()).toBe(token);
  values.set('Software\\Policies\\Causeway\\ActivationToken', 'kept');
  for (const source of sources) await source.wipe();
  expect([...values.values()]).toEqual(['kept']);
});
