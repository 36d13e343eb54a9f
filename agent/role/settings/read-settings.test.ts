import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SERVICE_CONFIGURATION, SERVICE_DEFINITION } from './original-files.fixture.ts';
import { readSettings, type SettingSources } from './read-settings.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-settings-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

const read = (sources: Partial<SettingSources>) => readSettings({ environment: {}, ...sources });
const changed = (from: string | RegExp, to: string) => file('s.cscfg', SERVICE_CONFIGURATION.replace(from, to));
const refusalFor = async (content: string, role?: string) => {
  const serviceConfiguration = await file('s.cscfg', content);
  return read({ serviceConfiguration, role }).then(
    () => 'accepted',
    ({ code, message, remedy }: Record<string, string>) => `${code}: ${message?.replace(directory, '')} → ${remedy}`,
  );
};

describe('the original’s own files', () => {
  test('are read as they are', async () => {
    const { role, settings } = await read({
      serviceDefinition: await file('s.csdef', SERVICE_DEFINITION),
      serviceConfiguration: await file('s.cscfg', SERVICE_CONFIGURATION),
    });
    expect(role).toBe('OrdersWeb');
    expect(settings.activationToken?.reveal()).toBe('cwt1_AAAA');
    expect(settings.domain?.password.reveal()).toBe('Pass&word1 <ok>');
    expect(settings).toMatchObject({
      waitForConnectivity: true,
      connectivityTimeoutMs: 60_000,
      diagnostics: false,
      refresh: { atStart: false, everyMs: undefined },
      upgrade: false,
      dnsServers: [],
      domain: {
        fqdn: 'corp.contoso.com',
        controllerFqdn: 'dc01.corp.contoso.com',
        accountName: 'CORP\\joiner',
        ou: 'OU=Cloud Roles,DC=corp,DC=contoso,DC=com',
        siteName: undefined,
        administrators: ['CORP\\web-admins', 'CORP\\alice'],
        leaveOnGoodbye: false,
      },
    });
    expect(inspect(settings, { depth: 9 }) + JSON.stringify(settings) + String(settings.activationToken)).not.toMatch(
      /cwt1_|Pass/,
    );
  });

  test('also in UTF-16 or with a byte order mark, and with a prefix for the namespace', async () => {
    const utf16 = Buffer.from(`\ufeff${SERVICE_CONFIGURATION.replace('utf-8', 'utf-16')}`, 'utf16le');
    const prefixed = SERVICE_CONFIGURATION.replaceAll(/<(\/?)(?=[A-Z])/g, '<$1a:').replace('xmlns=', 'xmlns:a=');
    for (const content of [utf16, `\ufeff${SERVICE_CONFIGURATION}`, prefixed]) {
      const { settings } = await read({ serviceConfiguration: await file('s.cscfg', content) });
      expect(settings.domain?.fqdn).toBe('corp.contoso.com');
    }
  });

  test('a role that does not import Connect is told so, with its line', async () => {
    const serviceDefinition = await file('s.csdef', SERVICE_DEFINITION);
    await expect(read({ serviceDefinition, role: 'OrdersMailer' })).rejects.toMatchObject({
      code: 'CONNECT_NOT_IMPORTED',
      message: `${serviceDefinition}:23: the role OrdersMailer does not import the module Connect.`,
    });
    await expect(read({ serviceDefinition, role: 'Orders' })).rejects.toMatchObject({
      code: 'ROLE_UNKNOWN',
      message: `${serviceDefinition} has no role Orders; its roles are: OrdersWeb, OrdersMailer.`,
    });
  });
});

describe('errors in a service configuration name file, line and setting', () => {
  const PREFIX = 'Microsoft.WindowsAzure.Plugins.Connect.';
  test.each([
    [
      'a misspelt setting',
      ['Connect.WaitForConnectivity"', 'Connect.WaitForConectivity"'],
      `ROLE_SETTING_UNKNOWN: /s.cscfg:16: there is no setting ${PREFIX}WaitForConectivity. → Write ${PREFIX}WaitForConnectivity if that was meant.`,
    ],
    [
      'a misspelt prefix',
      ['Plugins.Connect.DomainOU', 'Plugin.Connect.DomainOU'],
      `ROLE_SETTING_UNKNOWN: /s.cscfg:23: there is no setting Microsoft.WindowsAzure.Plugin.Connect.DomainOU. → Write ${PREFIX}DomainOU if that was meant.`,
    ],
    [
      'a setting of nobody',
      ['Connect.Refresh', 'Connect.Colour'],
      `ROLE_SETTING_UNKNOWN: /s.cscfg:15: there is no setting ${PREFIX}Colour. → The settings are ActivationToken, `,
    ],
    [
      'a value of the wrong form',
      ['value="True"', 'value="on"'],
      `ROLE_SETTING_INVALID: /s.cscfg:16: the setting ${PREFIX}WaitForConnectivity has to be true or false. →`,
    ],
    [
      'a domain that is none',
      ['value="corp.contoso.com"', 'value="CORP"'],
      `ROLE_SETTING_INVALID: /s.cscfg:19: the setting ${PREFIX}DomainFQDN has to be a full domain name like corp.example.`,
    ],
    [
      'a password in the original’s own envelope',
      ['Pass&amp;word1 &lt;ok&gt;', `MII${'B'.repeat(200)}`],
      `ROLE_SETTING_INVALID: /s.cscfg:22: the setting ${PREFIX}DomainPassword has to be the password itself`,
    ],
    [
      'a setting that stands there twice',
      ['Connect.DomainFQDN" value="corp.contoso.com"', 'Connect.EnableDomainJoin" value="false"'],
      `ROLE_SETTING_TWICE: /s.cscfg:19: the setting ${PREFIX}EnableDomainJoin stands there a second time.`,
    ],
    [
      'a setting that is missing',
      ['value="CORP\\joiner"', 'value=""'],
      'ROLE_SETTING_MISSING: The setting DomainAccountName is missing: EnableDomainJoin is true',
    ],
    [
      'a setting without a value',
      ['value="True"', ''],
      'ROLE_FILE_MALFORMED: /s.cscfg:16 is not a service configuration: <Setting> has no attribute value.',
    ],
    [
      'no XML',
      ['</ConfigurationSettings>', '</Settings>'],
      'ROLE_FILE_MALFORMED: /s.cscfg:7 is not a service configuration: unexpected close tag',
    ],
    [
      'another file',
      ['2008/10/ServiceConfiguration', '2008/10/Other'],
      'ROLE_FILE_MALFORMED: /s.cscfg:2 is not a service configuration: its outermost element',
    ],
  ])('%s', async (_, [from, to], expected) => {
    expect(await refusalFor(SERVICE_CONFIGURATION.replace(from as string, () => to as string))).toContain(expected);
  });

  test('a role that is not there, or not named though there are several', async () => {
    expect(await refusalFor(SERVICE_CONFIGURATION, 'Web')).toMatch(/^ROLE_UNKNOWN: .*OrdersMailer, OrdersWeb/);
    const both = SERVICE_CONFIGURATION.replace(
      'Plugins.Diagnostics.ConnectionString',
      'Plugins.Connect.Upgrade',
    ).replace('UseDevelopmentStorage=', '');
    expect(await refusalFor(both)).toMatch(/^ROLE_NOT_NAMED: .*OrdersMailer, OrdersWeb.* → .*--role NAME/);
  });
});

describe('attacks by XML are refused', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${[...'bcdefghij'].map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]>`;
  const withDoctype = (doctype: string, token = 'x') =>
    SERVICE_CONFIGURATION.replace('?>\n', () => `?>\n${doctype}\n`).replace('cwt1_AAAA', () => token);
  test.each([
    ['entities that grow', withDoctype(bomb, '&j;')],
    ['a file fetched by an entity', withDoctype('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', '&f;')],
    ['a document type from elsewhere', withDoctype('<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">')],
    ['entities by parameter', withDoctype('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://192.0.2.1/x"> %p;]>')],
    ['a bottomless file', SERVICE_CONFIGURATION.replace('<Role', () => `${'<a>'.repeat(100_000)}<Role`)],
  ])('%s', async (_, content) => {
    const start = performance.now();
    expect(await refusalFor(content)).toMatch(/^ROLE_FILE_UNSAFE: \/s\.cscfg:\d/);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('an entity without a definition', async () => {
    expect(await refusalFor(SERVICE_CONFIGURATION.replace('cwt1_AAAA', '&secret;'))).toMatch(
      /^ROLE_FILE_MALFORMED: \/s\.cscfg:14 .*entity/,
    );
  });

  test('a huge file, and one without an end', async () => {
    const padded = SERVICE_CONFIGURATION.replace('<Role', () => `<!--${' '.repeat(1_048_576)}--><Role`);
    expect(await refusalFor(padded)).toMatch(/^ROLE_FILE_TOO_LARGE: .*1048576 bytes/);
    await expect(read({ serviceConfiguration: '/dev/zero' })).rejects.toMatchObject({ code: 'ROLE_FILE_TOO_LARGE' });
    await expect(read({ serviceConfiguration: join(directory, 'none') })).rejects.toMatchObject({
      code: 'ROLE_FILE_UNREADABLE',
      details: { cause: 'there is no such file' },
    });
  });
});

describe('other sources', () => {
  test('a settings file has the same names, and lists', async () => {
    const settingsFile = await file(
      's.yaml',
      'ActivationToken: cwt1_Y\nEnableDomainJoin: true\nDomainFQDN: CORP.example\nDomainAccountName: joiner\nDomainPassword: 0123\nAdministrators:\n  - CORP\\a, b\n  - c\nDNSServers: [dc01, 10.0.0.1]\nRefresh: 600\nConnectivityTimeout: 5\nUpgrade:\n',
    );
    const { settings } = await read({ settingsFile });
    expect(settings.domain?.password.reveal()).toBe('0123');
    expect(settings).toMatchObject({
      connectivityTimeoutMs: 5_000,
      refresh: { atStart: true, everyMs: 600_000 },
      dnsServers: ['dc01', '10.0.0.1'],
      domain: { fqdn: 'corp.example', administrators: ['CORP\\a, b', 'c'] },
    });
  });

  test.each([
    ['ActivationToken: x\nRefersh: true\n', 'ROLE_SETTING_UNKNOWN', ':2: there is no setting Refersh'],
    ['Refresh: [1, {a: b}]\n', 'ROLE_SETTING_INVALID', ':1: the setting Refresh has to be one value'],
    ['\nRefresh: 5\n', 'ROLE_SETTING_INVALID', ':2: the setting Refresh has to be true, false, or a number'],
    ['Refresh: true\nRefresh: true\n', 'ROLE_FILE_MALFORMED', ':2 is not a settings file'],
    ['a: &a [x]\nb: [*a, *a]\n', 'ROLE_FILE_UNSAFE', ':1 has an anchor'],
    ['- x\n', 'ROLE_FILE_MALFORMED', ':1 is not a settings file: it has to be one mapping'],
    ['Refresh: "x\n', 'ROLE_FILE_MALFORMED', 'is not a settings file'],
  ])('%j is refused', async (content, code, sentence) => {
    const settingsFile = await file('s.yaml', content);
    await expect(read({ settingsFile })).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });

  test('the environment counts before the settings file, and that before the service configuration', async () => {
    const serviceConfiguration = await file('s.cscfg', SERVICE_CONFIGURATION);
    const settingsFile = await file('s.yaml', 'DomainFQDN: yaml.example\nDomainSiteName: Yaml\n');
    const environment = { CAUSEWAY_DOMAIN_FQDN: 'env.example', CAUSEWAY_DOMAIN_SITE_NAME: '', PATH: '/bin' };
    const { settings } = await read({ serviceConfiguration, settingsFile, environment });
    expect(settings.domain).toMatchObject({ fqdn: 'env.example', siteName: 'Yaml', accountName: 'CORP\\joiner' });
  });

  test('secrets may stand in files of their own', async () => {
    const token = await file('token', 'cwt1_F\n');
    const environment = { CAUSEWAY_ACTIVATION_TOKEN_FILE: token };
    expect((await read({ environment })).settings.activationToken?.reveal()).toBe('cwt1_F');
    const both = { ...environment, CAUSEWAY_ACTIVATION_TOKEN: 'cwt1_E' };
    expect((await read({ environment: both })).settings.activationToken?.reveal()).toBe('cwt1_E');
  });

  test('a misspelt variable is refused, and one that an orchestrator made is not', async () => {
    const environment = { CAUSEWAY_PORT: 'tcp://10.0.0.1:443', CAUSEWAY_RELAY_SERVICE_HOST: '10.0.0.1' };
    expect((await read({ environment })).settings.activationToken).toBeUndefined();
    await expect(read({ environment: { CAUSEWAY_ACTIVATION_TOKN: 'x' } })).rejects.toMatchObject({
      message: 'The environment: there is no setting CAUSEWAY_ACTIVATION_TOKN.',
      remedy: 'Call the variable CAUSEWAY_ACTIVATION_TOKEN if that was meant.',
    });
  });
});

test('a value is never part of a refusal', async () => {
  const serviceConfiguration = await changed('CORP\\joiner', 'S3CRET/S3CRET');
  const refusal = await read({ serviceConfiguration }).catch((error: unknown) => inspect(error, { depth: 9 }));
  expect(refusal).toContain('DomainAccountName');
  expect(refusal).not.toContain('S3CRET');
});
