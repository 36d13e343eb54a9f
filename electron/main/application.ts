/**
 * The parts put together and tied to Electron: agent, icon, window, notifications, links. What it decides
 * is in the parts, which know no Electron.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, clipboard, dialog, ipcMain, Notification, session, shell } from 'electron';
import { ACTIVATION_FILE_MAX_BYTES, tokenOfFile } from '#protocol/activation-file.ts';
import type { DesktopEvent, Language } from '../ipc/schema.ts';
import { activationOf, tokenOfLink } from './activation-link.ts';
import { Desktop } from './desktop.ts';
import { sendEvent, serveCalls } from './ipc.ts';
import { denyPermissions, lockDownPages } from './lock-down.ts';
import { servePage } from './page-protocol.ts';
import { KeptPreferences } from './preferences.ts';
import { agentSockets } from './sockets.ts';
import { AT_LOGIN, startAtLogin } from './start-at-login.ts';
import type { Surroundings } from './surroundings.ts';
import { CausewayTray } from './tray.ts';
import { type TrayAction, trayLook } from './tray-look.ts';
import { ClientWindow } from './window.ts';

/** Where the build puts what belongs together: this program, preload script, page and pictures. */
const DIRECTORY = import.meta.dirname;

export class Application {
  readonly #preferences = new KeptPreferences();
  readonly #window: ClientWindow;
  readonly #desktop: Desktop;
  readonly #tray: CausewayTray;
  /** Events for a page that is still loading. */
  #waiting: DesktopEvent[] = [];

  constructor(words: readonly string[]) {
    lockDownPages(app);
    denyPermissions(session.defaultSession);
    servePage(join(DIRECTORY, 'window'));
    this.#window = new ClientWindow({
      preferences: this.#preferences,
      directory: DIRECTORY,
      onCrash: (reason) => console.error(`the window's page has ended: ${reason}`),
    });
    this.#desktop = new Desktop({
      sockets: agentSockets(words, process.env),
      surroundings: this.#surroundings(),
      onState: () => this.#tray.show(this.#look()),
    });
    this.#tray = new CausewayTray(
      { pictures: join(DIRECTORY, 'tray'), onAction: (action) => this.#do(action) },
      this.#look(),
    );
    serveCalls({
      ipcMain,
      handlers: { ...this.#desktop.handlers, state: async () => this.#pageIsThere() },
      page: () => this.#window.page,
      onBug: (name, error) => console.error(`the call ${name} failed`, error),
    });
    startAtLogin(app, this.#preferences.get().startAtLogin);
    app.on('activate', () => this.#window.show());
    app.on('before-quit', () => this.#end());
  }

  /** What somebody started the application with, this time or while it runs. */
  open(words: readonly string[], { first = false } = {}): void {
    const token = offeredToken(words);
    if (!first || !words.includes(AT_LOGIN)) this.#window.show();
    if (token !== undefined) this.#send({ type: 'token-offered', token });
  }

  #look() {
    return trayLook(this.#desktop?.state ?? { agent: 'starting' }, this.#desktop?.language ?? systemLanguage());
  }

  #do(action: TrayAction): void {
    const { handlers } = this.#desktop;
    const shown = (page: 'status' | 'diagnostics') => {
      this.#window.show();
      this.#send({ type: 'show', page });
    };
    if (typeof action === 'object') void clipboard.writeText(action.copy);
    else if (action === 'quit') app.quit();
    else if (action === 'open') this.#window.show();
    else if (action === 'diagnostics') shown('diagnostics');
    else {
      const calls = {
        refresh: () => handlers.refresh({}),
        connect: () => handlers.up({}),
        disconnect: () => handlers.down({ forget: false }),
      };
      // Why it failed is in the state, which the window explains.
      calls[action]().catch(() => shown('status'));
    }
  }

  /** The page asks for the state when it listens: what came before is told now. */
  async #pageIsThere() {
    const waiting = this.#waiting;
    this.#waiting = [];
    setImmediate(() => {
      for (const event of waiting) sendEvent(this.#window.page, event);
    });
    return this.#desktop.state;
  }

  #send(event: DesktopEvent): void {
    if (this.#window.page?.isLoading() ?? true) {
      // The state it will ask for; a link or a page to show it could not know of.
      if (event.type === 'token-offered' || event.type === 'show') this.#waiting.push(event);
    } else sendEvent(this.#window.page, event);
  }

  #end(): void {
    this.#desktop[Symbol.dispose]();
    this.#window.end();
    this.#tray.end();
  }

  #surroundings(): Surroundings {
    return {
      send: (event) => this.#send(event),
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
        notification.on('click', () => this.#window.show());
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
        get: () => this.#preferences.get(),
        set: (preferences) => {
          this.#preferences.set(preferences);
          startAtLogin(app, preferences.startAtLogin);
        },
      },
    };
  }
}

function systemLanguage(): Language {
  return app.getLocale().startsWith('de') ? 'de' : 'en';
}

function offeredToken(words: readonly string[]): string | undefined {
  const offered = activationOf(words);
  if (offered === undefined) return undefined;
  if ('link' in offered) return tokenOfLink(offered.link);
  try {
    if (statSync(offered.file).size > ACTIVATION_FILE_MAX_BYTES) return undefined;
    return tokenOfFile(readFileSync(offered.file, 'utf8'));
  } catch {
    return undefined;
  }
}
