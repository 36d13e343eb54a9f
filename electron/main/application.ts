/**
 * The parts put together and tied to Electron: agent, icon, window, notifications, links. What it decides
 * is in the parts, which know no Electron.
 */
import { join } from 'node:path';
import { app, clipboard, ipcMain, nativeTheme, powerMonitor, session } from 'electron';
import type { DesktopEvent } from '../ipc/schema.ts';
import { agentSocket } from './agent-socket.ts';
import { ColorScheme } from './color-scheme.ts';
import { Desktop } from './desktop.ts';
import { electronSurroundings, systemLanguage } from './electron-surroundings.ts';
import { Hosting } from './hosting.ts';
import { hostingRight } from './hosting-right.ts';
import { serveCalls } from './ipc.ts';
import { lockDownPages, lockDownSession } from './lock-down.ts';
import { offeredToken } from './offered-token.ts';
import { endInOrder } from './orderly-end.ts';
import { servePage } from './page-protocol.ts';
import { KeptPreferences } from './preferences.ts';
import { AT_LOGIN, startAtLogin } from './start-at-login.ts';
import { CausewayTray } from './tray.ts';
import { type TrayAction, trayLook } from './tray-look.ts';
import { ClientWindow } from './window.ts';

/** Where the build puts what belongs together: this program, preload script, page and pictures. */
const DIRECTORY = import.meta.dirname;

export class Application {
  readonly #preferences: KeptPreferences;
  readonly #window: ClientWindow;
  readonly #hosting: Hosting;
  readonly #desktop: Desktop;
  readonly #tray: CausewayTray;
  /** The list of peers has changed, and nobody was looking. */
  #peersAreOld = false;

  constructor(words: readonly string[]) {
    lockDownPages(app);
    lockDownSession(session.defaultSession);
    servePage(join(DIRECTORY, 'window'));
    this.#preferences = new KeptPreferences({ directory: app.getPath('userData'), say: console.error });
    const colorScheme = new ColorScheme(nativeTheme);
    colorScheme.choose(this.#preferences.get().colorScheme);
    this.#window = new ClientWindow({
      preferences: this.#preferences,
      colorScheme,
      directory: DIRECTORY,
      onCrash: (reason) => console.error(`the window's page has ended: ${reason}`),
      onLook: (looking) => this.#look(looking),
    });
    const socket = agentSocket(words, process.env);
    this.#hosting = new Hosting({
      right: hostingRight(words, { platform: process.platform, user: process.getuid?.() }),
      socket,
      async start(options) {
        const { HostedAgent } = await import('./hosted-agent.ts');
        return new HostedAgent(options);
      },
    });
    this.#desktop = new Desktop({
      socket,
      surroundings: electronSurroundings({
        preferences: this.#preferences,
        colorScheme,
        send: (event) => this.#send(event),
        showWindow: () => this.#window.show(),
      }),
      onState: () => this.#tray.show(this.#trayLook()),
      hosting: this.#hosting,
    });
    this.#tray = new CausewayTray(
      {
        pictures: join(DIRECTORY, 'tray'),
        desktopIsDark: () => colorScheme.desktopIsDark,
        onAction: (action) => this.#do(action),
      },
      this.#trayLook(),
    );
    serveCalls({
      ipcMain,
      handlers: { ...this.#desktop.handlers, state: async () => this.#pageListens() },
      page: () => this.#window.page,
      onBug: (name, error) => console.error(`the call ${name} failed`, error),
    });
    startAtLogin(app, this.#preferences.get().startAtLogin);
    app.on('activate', () => this.#window.show());
    endInOrder({ app, powerMonitor, undo: () => this.#end(), onBug: (error) => console.error(error) });
  }

  /**
   * What somebody started the application with, this time or while it runs.
   * @param directory in which the words were typed
   */
  open(words: readonly string[], directory: string, { first = false } = {}): void {
    const token = offeredToken(words, directory);
    if (!first || !words.includes(AT_LOGIN)) this.#window.show();
    if (token !== undefined) this.#window.send({ type: 'token-offered', token });
  }

  #trayLook() {
    return trayLook(this.#desktop?.state ?? { agent: 'starting' }, this.#desktop?.language ?? systemLanguage());
  }

  #do(action: TrayAction): void {
    const { handlers } = this.#desktop;
    const shown = (page: 'status' | 'diagnostics') => {
      this.#window.show();
      this.#window.send({ type: 'show', page });
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

  /** A page that asks for the state is told what came before it listened, after the answer. */
  async #pageListens() {
    setImmediate(() => this.#window.pageListens());
    return this.#desktop.state;
  }

  /** What changes every second is told only while somebody looks. */
  #send(event: DesktopEvent): void {
    if (!this.#window.shown && (event.type === 'state' || event.type === 'peers-changed')) {
      this.#peersAreOld ||= event.type === 'peers-changed';
    } else this.#window.send(event);
  }

  /** Makes up for what was not told: at once what is known here, and what the agent is asked for when it comes. */
  #look(looking: boolean): void {
    this.#desktop.look(looking);
    if (!looking) return;
    this.#window.send({ type: 'state', state: this.#desktop.state });
    if (this.#peersAreOld) this.#window.send({ type: 'peers-changed' });
    this.#peersAreOld = false;
  }

  /** The window goes at once; the icon stays until the computer is as it was. */
  async #end(): Promise<void> {
    this.#desktop[Symbol.dispose]();
    this.#window.end();
    await this.#hosting[Symbol.asyncDispose]();
    this.#tray.end();
  }
}
