/** What the application needs of the desktop, as Electron gives it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, clipboard, dialog, Notification, shell } from 'electron';
import type { DesktopEvent, Language } from '../ipc/schema.ts';
import type { ColorScheme } from './color-scheme.ts';
import type { KeptPreferences } from './preferences.ts';
import { startAtLogin } from './start-at-login.ts';
import type { Surroundings } from './surroundings.ts';

export interface ElectronParts {
  readonly preferences: KeptPreferences;
  readonly colorScheme: ColorScheme;
  send(event: DesktopEvent): void;
  showWindow(): void;
}

export function electronSurroundings({ preferences, colorScheme, send, showWindow }: ElectronParts): Surroundings {
  return {
    send,
    copy: async (text) => clipboard.writeText(text),
    async save(suggestedName, text) {
      const { canceled, filePath } = await dialog.showSaveDialog({
        defaultPath: join(app.getPath('documents'), suggestedName),
      });
      if (canceled || filePath === '') return null;
      writeFileSync(filePath, text, { mode: 0o600 });
      return filePath;
    },
    open: (address) => shell.openExternal(address),
    notify: ({ title, body }) => {
      const notification = new Notification({ title, body });
      notification.on('click', showWindow);
      notification.show();
    },
    about: () => ({
      version: app.getVersion(),
      electron: process.versions.electron ?? '',
      chromium: process.versions.chrome ?? '',
      node: process.versions.node,
      systemLanguage: systemLanguage(),
    }),
    preferences: {
      get: () => preferences.get(),
      set: (changed) => {
        preferences.set(changed);
        startAtLogin(app, changed.startAtLogin);
        colorScheme.choose(changed.colorScheme);
      },
    },
  };
}

export function systemLanguage(): Language {
  return app.getLocale().startsWith('de') ? 'de' : 'en';
}
