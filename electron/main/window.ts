/** The one window: made when it is wanted, hidden when it is closed, made again when its page has crashed. */
import { join } from 'node:path';
import { BrowserWindow } from 'electron';
import { WEB_PREFERENCES } from './lock-down.ts';
import { PAGE_ADDRESS } from './page-protocol.ts';
import type { KeptPreferences } from './preferences.ts';

const LEAST = { minWidth: 360, minHeight: 480 };
/** A page that crashes more often than this in a minute is left alone: loading it again would not help. */
const RELOADS_A_MINUTE = 3;

export interface ClientWindowOptions {
  readonly preferences: KeptPreferences;
  /** Directory with the bundled preload script. */
  readonly directory: string;
  readonly onCrash: (reason: string) => void;
}

export class ClientWindow {
  readonly #options: ClientWindowOptions;
  #window: BrowserWindow | undefined;
  #crashes: number[] = [];
  /** The application ends: the window may really close. */
  #ending = false;

  constructor(options: ClientWindowOptions) {
    this.#options = options;
  }

  get page() {
    return this.#window === undefined || this.#window.isDestroyed() ? undefined : this.#window.webContents;
  }

  get shown(): boolean {
    return this.#window?.isVisible() ?? false;
  }

  /** Brings it to the front, made if need be. */
  show(): void {
    this.#window ??= this.#make();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  end(): void {
    this.#ending = true;
    this.#window?.destroy();
  }

  #make(): BrowserWindow {
    const { preferences, directory } = this.#options;
    const window = new BrowserWindow({
      ...preferences.place,
      ...LEAST,
      title: 'Causeway',
      show: false,
      autoHideMenuBar: true,
      webPreferences: { ...WEB_PREFERENCES, preload: join(directory, 'preload.cjs') },
    });
    window.removeMenu();
    window.on('close', (event) => {
      preferences.place = window.getBounds();
      if (this.#ending) return;
      // Closing is not quitting: the icon stays, and so does the connection.
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = undefined;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => this.#afterCrash(window, reason));
    void window.loadURL(PAGE_ADDRESS);
    return window;
  }

  #afterCrash(window: BrowserWindow, reason: string): void {
    if (this.#ending || reason === 'clean-exit') return;
    this.#options.onCrash(reason);
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < 60_000), now];
    if (this.#crashes.length <= RELOADS_A_MINUTE && !window.isDestroyed()) window.webContents.reload();
  }
}
