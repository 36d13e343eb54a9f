import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildMsi } from './msi.ts';
import { signInstaller } from './sign.ts';

const missing = ['wixl', 'msibuild', 'msiinfo', 'osslsigncode'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);
const directory = mkdtempSync(join(tmpdir(), 'causeway-msi-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

const FILES = [
  'bin/node.exe',
  'bin/causeway.cmd',
  'lib/causeway.js',
  'lib/node_modules/koffi/index.js',
  'app/Causeway.exe',
];
const files = FILES.map((path) => ({ path, from: join(directory, path.replaceAll('/', '-')) }));
for (const { path, from } of files) writeFileSync(from, `this stands for ${path}\n`);
const msi = (name: string) => join(directory, name);

/** Rows of a table by the name of their columns. */
function rowsOf(table: string): Record<string, string>[] {
  const text = execFileSync('msiinfo', ['export', msi('one.msi'), table], { encoding: 'utf8' });
  const [head = '', , , ...rows] = text.split('\r\n').filter((line) => line !== '');
  const columns = head.split('\t');
  return rows.map((row) => Object.fromEntries(row.split('\t').map((value, index) => [columns[index], value])));
}

describe.skipIf(missing.length > 0)(`the installer for Windows (needs ${missing.join(', ') || 'nothing'})`, () => {
  beforeAll(() => buildMsi({ files, application: 'app/Causeway.exe', version: '1.2.3', file: msi('one.msi') }), 60_000);

  test('two builds of the same source are the same bytes', { timeout: 60_000 }, async () => {
    // At another second, as the tools write down when they run.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await buildMsi({ files, application: 'app/Causeway.exe', version: '1.2.3', file: msi('two.msi') });
    expect(readFileSync(msi('two.msi')).equals(readFileSync(msi('one.msi')))).toBe(true);
  });

  test('is for all users, and a newer one takes its place only when it is there', () => {
    const property = Object.fromEntries(rowsOf('Property').map(({ Property, Value }) => [Property, Value]));
    expect(property).toMatchObject({ ALLUSERS: '1', ProductName: 'Causeway', ProductVersion: '1.2.3' });
    expect(rowsOf('Upgrade').map(({ UpgradeCode }) => UpgradeCode)).toEqual([
      property.UpgradeCode,
      property.UpgradeCode,
    ]);
    const sequence = Object.fromEntries(
      rowsOf('InstallExecuteSequence').map(({ Action, Sequence }) => [Action, Number(Sequence)]),
    );
    expect(sequence.RemoveExistingProducts).toBeGreaterThan(sequence.InstallFinalize ?? Number.NaN);
    expect(sequence.SayGoodbye).toBeLessThan(sequence.StopServices ?? Number.NaN);
    expect(sequence.RemoveState).toBeGreaterThan(sequence.DeleteServices ?? Number.NaN);
    for (const { Action, Condition } of rowsOf('InstallExecuteSequence')) {
      if (/SayGoodbye|RemoveState/.test(Action ?? '')) expect(Condition).toMatch(/NOT UPGRADINGPRODUCTCODE/);
    }
  });

  test('hands the token of the command line and the name of the file to the agent, and to nobody else', () => {
    const property = Object.fromEntries(rowsOf('Property').map(({ Property, Value }) => [Property, Value]));
    expect(property.SecureCustomProperties?.split(';')).toContain('ACTIVATIONTOKEN');
    expect(property.MsiHiddenProperties).toBe('ACTIVATIONTOKEN');
    const registry = rowsOf('Registry').filter(({ Key }) => Key === 'Software\\Causeway');
    expect(registry.map(({ Name, Value }) => [Name, Value])).toEqual(
      expect.arrayContaining([
        ['ActivationToken', '[ACTIVATIONTOKEN]'],
        ['Installer', '[OriginalDatabase]'],
      ]),
    );
    const [lock] = rowsOf('MsiLockPermissionsEx');
    expect(registry.map((row) => row.Registry)).toContain(lock?.LockObject);
    expect(lock?.SDDLText).not.toMatch(/;WD\)|;BU\)/);
  });

  test('has a service, a command, a shortcut and the tray', () => {
    expect(rowsOf('ServiceInstall')).toMatchObject([
      {
        Name: 'Causeway',
        StartType: '2',
        Arguments: '"[INSTALLDIR]lib\\causeway.js" service --state "[CommonAppDataFolder]Causeway"',
        Component_: 'Service',
      },
    ]);
    expect(rowsOf('ServiceControl')).toMatchObject([{ Name: 'Causeway', Event: '163' }]);
    expect(rowsOf('Environment')).toMatchObject([{ Value: '[~];[INSTALLDIR]bin' }]);
    expect(rowsOf('Shortcut')).toMatchObject([
      { Directory_: 'ProgramMenuFolder', Target: '[INSTALLDIR]app\\Causeway.exe' },
    ]);
    expect(rowsOf('Registry').some(({ Key }) => Key?.endsWith('\\Run'))).toBe(true);
  });

  test('signed, it verifies, and one bit more or less does not', async () => {
    const [certificates, key, signed] = [msi('cert.pem'), msi('key.pem'), msi('signed.msi')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=Causeway test',
        '-addext',
        'extendedKeyUsage=codeSigning',
        '-keyout',
        key,
        '-out',
        certificates,
      ],
      { stdio: 'pipe' },
    );
    copyFileSync(msi('one.msi'), signed);
    await signInstaller(signed, { certificates, key });
    const verify = () => spawnSync('osslsigncode', ['verify', '-CAfile', certificates, '-in', signed]).status;
    expect(verify()).toBe(0);
    const bytes = readFileSync(signed);
    const at = bytes.indexOf('this stands for lib/causeway.js');
    writeFileSync(signed, at < 0 ? bytes.fill(0, 8192, 8300) : bytes.fill('x', at, at + 1));
    expect(verify()).not.toBe(0);
  });

  test('every file is a component of its own, for 64 bit, with a GUID that stays', () => {
    expect(
      rowsOf('File')
        .map(({ FileName }) => FileName?.split('|').at(-1))
        .sort(),
    ).toEqual(FILES.map((path) => path.split('/').at(-1)).sort());
    const components = rowsOf('Component');
    expect(new Set(components.map(({ ComponentId }) => ComponentId)).size).toBe(components.length);
    for (const { Attributes } of components) expect(Number(Attributes) & 256).toBe(256);
    expect(components.find(({ Component }) => Component === 'Service')?.ComponentId).toBe(
      '{E5E41DC9-B42E-5A0C-ADEC-CD8BA83D7990}',
    );
  });
});
