/**
 * The module `electron` without Electron, for the built main process in plain Node. Put in its place by
 * electron-by-double.ts. What the icon says is printed; the window is shown by whoever listens at
 * CAUSEWAY_DOUBLE_SCREEN (double-application.ts), and without anybody there nothing is drawn.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Fetched, linkToScreen, type ToApplication } from './screen-link.ts';

const { CAUSEWAY_DOUBLE_HOME, CAUSEWAY_DOUBLE_SCREEN } = process.env;
const HOME = CAUSEWAY_DOUBLE_HOME ?? join(tmpdir(), `causeway-double-${process.pid}`);
const screenLink =
  CAUSEWAY_DOUBLE_SCREEN === undefined
    ? undefined
    : await linkToScreen(CAUSEWAY_DOUBLE_SCREEN, (message) => hear(message));

class App extends EventEmitter {
  readonly isPackaged = false;
  requestSingleInstanceLock = () => true;
  setAsDefaultProtocolClient = () => true;
  whenReady = () => Promise.resolve();
  getVersion = () => '0.0.0-double';
  getLocale = () => 'en';
  getPath(name: string): string {
    const path = join(HOME, name);
    mkdirSync(path, { recursive: true });
    return path;
  }
  /** As Electron does it: whoever prevents it has to call {@link exit}. */
  quit(): void {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exit(0);
  }
  exit(code: number): void {
    process.exit(code);
  }
}
export const app = new App();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => app.quit());

class WebContents extends EventEmitter {
  readonly mainFrame = { url: 'causeway-window://app/index.html' };
  setWindowOpenHandler(): void {}
  setWebRTCIPHandlingPolicy(): void {}
  isDestroyed = () => false;
  send(channel: string, ...args: unknown[]): void {
    screenLink?.tell({ type: 'send', channel, args });
  }
  reload(): void {}
}

/** The only one that the application makes. */
let shownPage: WebContents | undefined;

interface WindowOptions {
  readonly webPreferences: { readonly preload: string };
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  readonly #options: WindowOptions;
  #visible = false;
  constructor(options: WindowOptions) {
    super();
    this.#options = options;
    shownPage = this.webContents;
    app.emit('web-contents-created', {}, this.webContents);
  }
  removeMenu(): void {}
  async loadURL(url: string): Promise<void> {
    screenLink?.tell({ type: 'load', url, preload: this.#options.webPreferences.preload });
  }
  isDestroyed = () => false;
  isMinimized = () => false;
  isVisible = () => this.#visible;
  getBounds = () => ({ x: 0, y: 0, width: 420, height: 640 });
  show(): void {
    this.#visible = true;
    screenLink?.tell({ type: 'window', is: 'shown' });
    this.emit('show');
  }
  hide(): void {
    this.#visible = false;
    this.emit('hide');
    screenLink?.tell({ type: 'window', is: 'hidden' });
  }
  focus(): void {}
  destroy(): void {
    shownPage = undefined;
    screenLink?.tell({ type: 'window', is: 'gone' });
    this.emit('closed');
  }
}

interface MenuItem {
  readonly label?: string;
  readonly click?: () => void;
}

let trayMenu: readonly MenuItem[] = [];

export class Tray extends EventEmitter {
  #icon: string;
  #tooltip = '';
  constructor(image: { path: string }) {
    super();
    this.#icon = basename(image.path);
  }
  setImage(image: { path: string }): void {
    this.#icon = basename(image.path);
    this.#tell();
  }
  setContextMenu(menu: readonly MenuItem[]): void {
    trayMenu = menu;
    this.#tell();
  }
  setToolTip(text: string): void {
    process.stdout.write(`tray: ${text.replaceAll('\n', ' | ')}\n`);
    this.#tooltip = text;
    this.#tell();
  }
  destroy(): void {
    process.stdout.write('tray: gone\n');
    screenLink?.tell({ type: 'tray-gone' });
  }
  #tell(): void {
    const menu = trayMenu.flatMap(({ label, click }) => (label === undefined || click === undefined ? [] : [label]));
    screenLink?.tell({ type: 'tray', icon: this.#icon, tooltip: this.#tooltip, menu });
  }
}

export class Notification extends EventEmitter {
  readonly #said: { title: string; body: string };
  constructor(said: { title: string; body: string }) {
    super();
    this.#said = said;
  }
  show(): void {
    screenLink?.tell({ type: 'notice', ...this.#said });
  }
}

export const session = {
  defaultSession: Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
    webRequest: { onBeforeRequest: () => undefined },
  }),
};
let serveFile: ((request: { url: string }) => Promise<Response>) | undefined;
export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle(_scheme: string, handler: typeof serveFile): void {
    serveFile = handler;
  },
};
type CallHandler = (event: object, ...args: unknown[]) => Promise<unknown>;
const callHandlers = new Map<string, CallHandler>();
export const ipcMain = Object.assign(new EventEmitter(), {
  handle: (channel: string, handler: CallHandler) => void callHandlers.set(channel, handler),
});
export const ipcRenderer = new EventEmitter();
export const Menu = { buildFromTemplate: (template: readonly MenuItem[]) => template };
export const nativeImage = { createFromPath: (path: string) => ({ path, setTemplateImage: () => undefined }) };
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' });
export const powerMonitor = new EventEmitter();
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1280, height: 770 } }] };
export const clipboard = { writeText: (text: string) => screenLink?.tell({ type: 'copied', text }) };
export const dialog = {
  /** Nobody there: nobody agrees. */
  showSaveDialog: async ({ defaultPath }: { defaultPath: string }) =>
    screenLink === undefined ? { canceled: true, filePath: '' } : { canceled: false, filePath: defaultPath },
  showErrorBox: () => undefined,
};
export const shell = {
  openExternal: async (address: string) => screenLink?.tell({ type: 'opened', address }),
};

/** For packages that take it whole, such as electron-store. */
export default { app, ipcMain, ipcRenderer, shell };

function hear(message: ToApplication): void {
  if (message.type === 'choose') trayMenu.find(({ label }) => label === message.label)?.click?.();
  else {
    const { id } = message;
    const answer = message.type === 'invoke' ? invoke(message.channel, message.args) : fetchFile(message.url);
    answer.then(
      (value) => screenLink?.tell({ type: 'answer', id, value }),
      (error: unknown) => screenLink?.tell({ type: 'answer', id, error: String(error) }),
    );
  }
}

async function invoke(channel: string, args: readonly unknown[]): Promise<unknown> {
  const event = { sender: shownPage, senderFrame: shownPage?.mainFrame ?? null };
  return callHandlers.get(channel)?.(event, ...args);
}

async function fetchFile(url: string): Promise<Fetched> {
  const response = (await serveFile?.({ url })) ?? new Response('', { status: 404 });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    base64: Buffer.from(await response.arrayBuffer()).toString('base64'),
  };
}
