import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findRuntime } from './desktop-runtime.ts';

let home: string;
const PROGRAM = process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
const never = () => Promise.reject(new Error('it was fetched'));

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'causeway-electron-'));
  put('package/package.json', '{"version":"45.5.0"}');
});
afterEach(() => rmSync(home, { recursive: true }));

function put(path: string, content: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), content);
}
function runtimeAt(path: string, version: string): void {
  put(`${path}/version`, version);
  put(`${path}/${PROGRAM}`, '');
  chmodSync(join(home, path, PROGRAM), 0o755);
}
const find = (fetch: () => Promise<string | null>, override?: string) =>
  findRuntime({
    environment: override === undefined ? {} : { ELECTRON_OVERRIDE_DIST_PATH: join(home, override) },
    directory: join(home, 'package'),
    fetch,
  });

test('the chosen one comes first, then the one that is there', async () => {
  runtimeAt('package/dist', 'v45.5.0');
  runtimeAt('mine', '46.0.1');
  expect(await find(never, 'mine')).toEqual({ program: join(home, 'mine', PROGRAM), version: '46.0.1' });
  expect(await find(never)).toEqual({ program: join(home, 'package/dist', PROGRAM), version: '45.5.0' });
});

test('one that is missing is fetched once', async () => {
  const fetch = vi.fn(async () => {
    runtimeAt('package/dist', '45.5.0');
    return null;
  });
  expect(await find(fetch)).toMatchObject({ version: '45.5.0' });
  expect(await find(fetch)).toMatchObject({ version: '45.5.0' });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test.each([
  [
    'nothing can be fetched',
    async () => 'no connection to it',
    undefined,
    /45\.5\.0 could not be downloaded.*no connection.*ELECTRON_OVERRIDE_DIST_PATH/,
  ],
  ['the chosen one is not there', never, 'nowhere', /nowhere, where no Electron is/],
  ['the chosen one is too old', never, 'old', /Electron 9\.4\.1, which is too old/],
])('when %s, one sentence says so', async (_what, fetch, override, sentence) => {
  runtimeAt('old', 'v9.4.1');
  const said = await find(fetch, override);
  expect(said).toMatch(sentence);
  expect(String(said).split('\n')).toHaveLength(1);
});
