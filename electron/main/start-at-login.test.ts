import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startByAutostart } from './start-at-login.ts';

let home: string;
const directory = () => join(home, '.config', 'autostart');
const entry = () => join(directory(), 'causeway.desktop');

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'causeway-login-'));
});
afterEach(() => rmSync(home, { recursive: true }));

test('an entry is made, made again, and taken away', () => {
  startByAutostart(directory(), '/opt/Causeway/causeway-desktop', true);
  startByAutostart(directory(), '/opt/Causeway/causeway-desktop', true);
  expect(readFileSync(entry(), 'utf8').split('\n')).toEqual([
    '[Desktop Entry]',
    'Type=Application',
    'Name=Causeway',
    'Exec="/opt/Causeway/causeway-desktop" --at-login',
    'Icon=causeway',
    'X-GNOME-Autostart-enabled=true',
    '',
  ]);
  startByAutostart(directory(), '/opt/Causeway/causeway-desktop', false);
  startByAutostart(directory(), '/opt/Causeway/causeway-desktop', false);
  expect(existsSync(entry())).toBe(false);
});

test.each([
  ['/opt/a b/causeway', '"/opt/a b/causeway"'],
  ['/opt/$x/`y`/"z"', '"/opt/\\\\$x/\\\\`y\\\\`/\\\\"z\\\\""'],
  ['/opt/back\\slash', String.raw`"/opt/back\\\\slash"`],
  ['/opt/100%', '"/opt/100%%"'],
])('%s is written as the specification wants it', (program, written) => {
  startByAutostart(directory(), program, true);
  expect(readFileSync(entry(), 'utf8')).toContain(`Exec=${written} --at-login\n`);
});
