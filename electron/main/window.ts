/** The one window: made when it is wanted, hidden when it is closed, made again when its page has crashed. */
import { join } from 'node:path';
import { BrowserWindow, screen } from 'electron';
import type { DesktopEvent } from '../ipc/schema.ts';
import type { ColorScheme } from './color-scheme.ts';
import { sendEvent } from './ipc.ts';
import { WEB_PREFERENCES } from './lock-down.ts';
import { PAGE_ADDRESS } from './page-address.ts';
import type { KeptPreferences } from './preferences.ts';
import { LEAST_SIZE, visiblePlace } from './window-place.ts';

/** A page that crashes more often than this in a minute is left alone: loading it again would not help. */
const RELOADS_A_MINUTE = 3;
const RELOAD_AFTER_MS = 100;

export interface ClientWindowOptions {
  readonly preferences: KeptPreferences;
  readonly colorScheme: Pick<ColorScheme, 'ground'>;
  /** Directory with the bundled preload script. */
  readonly directory: string;
  readonly onCrash: (reason: string) => void;
  /** Somebody can see it now, who could not before, or the other way round. */
  readonly onLook: (looking: boolean) => void;
}

export class ClientWindow {
  readonly #options: ClientWindowOptions;
  #window: BrowserWindow | undefined;
  #crashes: number[] = [];
  /** Whether the page has asked for the state, and so hears what it is told. */
  #listens = false;
  /** Events for a page that does not listen yet. */
  #waiting: DesktopEvent[] = [];
  /** The application ends: the window may really close. */
  #ending = false;

  constructor(options: ClientWindowOptions) {
    this.#options = options;
  }

  get page() {
    return this.#window === undefined || this.#window.isDestroyed() ? undefined : this.#window.webContents;
  }

  /** Whether somebody can see it. */
  get shown(): boolean {
    const window = this.#window;
    return window !== undefined && !window.isDestroyed() && window.isVisible() && !window.isMinimized();
  }

  /** Brings it to the front, made if need be. */
  show(): void {
    this.#window ??= this.#make();
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  /** Now, or when the page listens if it could not learn of the event otherwise. */
  send(event: DesktopEvent): void {
    if (this.#listens) sendEvent(this.page, event);
    // The state and the preferences it will ask for.
    else if (event.type === 'token-offered' || event.type === 'show') this.#waiting.push(event);
  }

  /** To be called when the page asks for the state. */
  pageListens(): void {
    this.#listens = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) sendEvent(this.page, event);
  }

  end(): void {
    this.#ending = true;
    this.#window?.destroy();
  }

  #make(): BrowserWindow {
    const { preferences, colorScheme, directory, onLook } = this.#options;
    const window = new BrowserWindow({
      ...visiblePlace(
        preferences.place,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      ),
      ...LEAST_SIZE,
      title: 'Causeway',
      backgroundColor: colorScheme.ground,
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
      this.#listens = false;
      onLook(false);
    });
    window.on('show', () => onLook(true));
    window.on('restore', () => onLook(true));
    window.on('hide', () => onLook(false));
    window.on('minimize', () => onLook(false));
    window.webContents.on('did-navigate', () => {
      this.#listens = false;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => this.#afterCrash(window, reason));
    void window.loadURL(PAGE_ADDRESS);
    return window;
  }

  #afterCrash(window: BrowserWindow, reason: string): void {
    this.#listens = false;
    if (this.#ending || reason === 'clean-exit') return;
    this.#options.onCrash(reason);
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < 60_000), now];
    if (this.#crashes.length > RELOADS_A_MINUTE) return;
    // Not while Electron is still burying the process: an old one went down with it.
    setTimeout(() => {
      if (!window.isDestroyed()) window.webContents.reload();
    }, RELOAD_AFTER_MS);
  }
}
