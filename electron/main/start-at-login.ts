/** Whether the application starts when its user logs in: by the desktop's own means on each system. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';

/** Says at the start that nobody clicked: the window stays closed. */
export const AT_LOGIN = '--at-login';

export function startAtLogin(app: App, wanted: boolean): void {
  if (!app.isPackaged) return;
  // An AppImage runs from a directory that is gone at the next login.
  const program = process.env.APPIMAGE ?? app.getPath('exe');
  if (process.platform === 'linux') startByAutostart(join(app.getPath('appData'), 'autostart'), program, wanted);
  else app.setLoginItemSettings({ openAtLogin: wanted, args: [AT_LOGIN] });
}

/** Desktop Application Autostart Specification 0.5 of freedesktop.org. */
export function startByAutostart(directory: string, program: string, wanted: boolean): void {
  const entry = join(directory, 'causeway.desktop');
  if (!wanted) {
    rmSync(entry, { force: true });
    return;
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    entry,
    [
      '[Desktop Entry]',
      'Type=Application',
      'Name=Causeway',
      `Exec=${quoted(program)} ${AT_LOGIN}`,
      'Icon=causeway',
      'X-GNOME-Autostart-enabled=true',
      '',
    ].join('\n'),
  );
}

/** Desktop Entry Specification 1.5, "The Exec key": quoted, then escaped as every string, then its field codes. */
function quoted(argument: string): string {
  const inQuotes = argument.replace(/["`$\\]/g, '\\$&');
  return `"${inQuotes.replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
}
