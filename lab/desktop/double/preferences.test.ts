import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
// Before whatever imports Electron.
import './electron-by-double.ts';

const { DEFAULT_PREFERENCES, KeptPreferences } = await import('#electron/main/preferences.ts');

let directory: string;
const said: string[] = [];
const file = () => join(directory, 'causeway-desktop.json');
const open = () => new KeptPreferences({ directory, say: (sentence) => said.push(sentence) });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'causeway-preferences-'));
  said.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

test('what was chosen is there the next time', () => {
  const first = open();
  expect(first.get()).toEqual(DEFAULT_PREFERENCES);
  first.set({ ...DEFAULT_PREFERENCES, language: 'de', startAtLogin: false });
  first.place = { x: 3, y: 4, width: 500, height: 700 };
  expect(open().get()).toEqual({ ...DEFAULT_PREFERENCES, language: 'de', startAtLogin: false });
  expect(open().place).toEqual({ x: 3, y: 4, width: 500, height: 700 });
  expect(said).toEqual([]);
});

test.each(['{"preferences": {"language": "d', '', '\0\0\0\0', '[1, 2]', 'null'])(
  'a file with %j is put aside and said, and the defaults hold',
  (content) => {
    writeFileSync(file(), content);
    expect(open().get()).toEqual(DEFAULT_PREFERENCES);
    expect(said).toEqual([expect.stringContaining(`${file()}.unreadable`)]);
    expect(readFileSync(`${file()}.unreadable`, 'utf8')).toBe(content);
    expect(open().get()).toEqual(DEFAULT_PREFERENCES);
    expect(said).toHaveLength(1);
  },
);

test('a choice that nobody knows costs no other', () => {
  const preferences = { language: 'xx', colorScheme: 'dark', startAtLogin: 'yes', notifications: false, more: 1 };
  writeFileSync(file(), JSON.stringify({ preferences, window: { width: 'wide' } }));
  expect(open().get()).toEqual({ ...DEFAULT_PREFERENCES, colorScheme: 'dark', notifications: false });
  expect(open().place).toEqual({ width: 420, height: 640 });
});

test.each([3, 'text', [], null])('preferences that are %j are the defaults', (preferences) => {
  writeFileSync(file(), JSON.stringify({ preferences }));
  expect(open().get()).toEqual(DEFAULT_PREFERENCES);
});
