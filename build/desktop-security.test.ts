/** What docs/security.md says of the desktop application holds in its sources. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { WEB_PREFERENCES } from '#electron/main/lock-down.ts';
import { readPageFile } from '#electron/main/page-files.ts';
import { FUSES } from './fuses.ts';
import { sourceFiles } from './source-tree.ts';

const ROOT = resolve(import.meta.dirname, '..');
const page = readFileSync(resolve(ROOT, 'docs/security.md'), 'utf8');
const section = page.slice(page.indexOf('## The desktop application'));

/** Rows of the table that begins with this header, as their cells. */
function tableOf(header: string): string[][] {
  const [, ...lines] = section.slice(section.indexOf(`| ${header} |`)).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(1, end).map((line) => line.slice(2, -2).split(' | '));
}

test('the page’s settings are those of the table', () => {
  expect(tableOf('setting').map(([name, value]) => [name, value])).toEqual(
    Object.entries(WEB_PREFERENCES).map(([name, value]) => [`\`${name}\``, String(value)]),
  );
});

test('the fuses are those of the table, each with its reason', () => {
  expect(tableOf('fuse')).toEqual(
    Object.entries(FUSES).map(([name, { on, reason }]) => [`\`${name}\``, on ? 'on' : 'off', reason]),
  );
});

test('the fuses are all that @electron/fuses 2.1.3 knows', () => {
  expect(Object.keys(FUSES)).toEqual([
    'runAsNode',
    'enableCookieEncryption',
    'enableNodeOptionsEnvironmentVariable',
    'enableNodeCliInspectArguments',
    'enableEmbeddedAsarIntegrityValidation',
    'onlyLoadAppFromAsar',
    'loadBrowserProcessSpecificV8Snapshot',
    'grantFileProtocolExtraPrivileges',
    'wasmTrapHandlers',
  ]);
});

test('the page’s policy is the one that is printed', async () => {
  const { headers } = await readPageFile(resolve(ROOT, 'renderer/index.html'));
  const policy = headers['content-security-policy']?.replace(/'nonce-[^']+'/, "'nonce-…'");
  expect(section).toContain(`\`${policy}\``);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

const electron = sourceFiles(ROOT).filter(({ path }) => path.startsWith('electron/') && !/\.test\.ts$/.test(path));
const filesWith = (pattern: RegExp) => electron.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

test('there is one window, and it has these settings', () => {
  expect(filesWith(/new (?:BrowserWindow|BaseWindow|WebContentsView|BrowserView)\b/)).toEqual([
    'electron/main/window.ts',
  ]);
  expect(filesWith(/webPreferences: \{ \.\.\.WEB_PREFERENCES, preload: join\(directory, 'preload\.cjs'\) \}/)).toEqual([
    'electron/main/window.ts',
  ]);
});

test('the lock-down is put in place before the window can be made', () => {
  const application = electron.find(({ path }) => path === 'electron/main/application.ts')?.text ?? '';
  const [pages, session, window] = [
    'lockDownPages(app)',
    'lockDownSession(session.defaultSession)',
    'new ClientWindow(',
  ].map((words) => application.indexOf(words));
  expect(pages).toBeGreaterThan(0);
  expect(session).toBeGreaterThan(pages ?? 0);
  expect(window).toBeGreaterThan(session ?? 0);
});

test.each([
  ['runs text as a program', /\beval\(|new Function\(|executeJavaScript|insertCSS/],
  ['opens the page’s world to Node', /nodeIntegration: true|contextIsolation: false|sandbox: false|webSecurity: false/],
  ['gives the scheme more than it needs', /bypassCSP|allowServiceWorkers|corsEnabled/],
  ['loads a page from the disk', /loadFile\(|file:\/\/\/?\$/],
  ['lets developer tools be opened', /openDevTools|toggleDevTools/],
  ['switches Chromium’s protections', /appendSwitch|ignore-certificate-errors|no-sandbox|certificate-error/],
])('nothing %s', (_what, pattern) => {
  expect(filesWith(pattern)).toEqual([]);
});

test('channels are named in one place, and only the schema’s calls are served', () => {
  expect(filesWith(/['"`]causeway:(?:call|event)['"`]/)).toEqual(['electron/ipc/bridge.ts']);
  expect(filesWith(/ipcMain\.(?:on|once|handle|handleOnce)\(/)).toEqual(['electron/main/ipc.ts']);
  expect(filesWith(/exposeInMainWorld/)).toEqual(['electron/preload/preload.ts']);
});
