/**
 * The module `electron` without Electron, for the built main process in plain Node: what it asks for is
 * there, nothing is drawn, and what the icon says is printed. Put in its place by electron-by-double.ts.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HOME = process.env.CAUSEWAY_DOUBLE_HOME ?? join(tmpdir(), `causeway-double-${process.pid}`);

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
  send(): void {}
  reload(): void {}
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents();
  #visible = false;
  constructor() {
    super();
    app.emit('web-contents-created', {}, this.webContents);
  }
  removeMenu(): void {}
  loadURL = () => Promise.resolve();
  isDestroyed = () => false;
  isMinimized = () => false;
  isVisible = () => this.#visible;
  getBounds = () => ({ x: 0, y: 0, width: 420, height: 640 });
  show(): void {
    this.#visible = true;
    this.emit('show');
  }
  hide(): void {
    this.#visible = false;
    this.emit('hide');
  }
  focus(): void {}
  destroy(): void {
    this.emit('closed');
  }
}

export class Tray extends EventEmitter {
  setImage(): void {}
  setContextMenu(): void {}
  setToolTip(text: string): void {
    process.stdout.write(`tray: ${text.replaceAll('\n', ' | ')}\n`);
  }
  destroy(): void {
    process.stdout.write('tray: gone\n');
  }
}

export class Notification extends EventEmitter {
  show(): void {}
}

export const session = {
  defaultSession: Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
    webRequest: { onBeforeRequest: () => undefined },
  }),
};
export const protocol = { registerSchemesAsPrivileged: () => undefined, handle: () => undefined };
export const ipcMain = Object.assign(new EventEmitter(), { handle: () => undefined });
export const ipcRenderer = new EventEmitter();
export const Menu = { buildFromTemplate: () => ({}) };
export const nativeImage = { createFromPath: (path: string) => ({ path, setTemplateImage: () => undefined }) };
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' });
export const powerMonitor = new EventEmitter();
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1280, height: 770 } }] };
export const clipboard = { writeText: () => undefined };
export const dialog = { showSaveDialog: async () => ({ canceled: true, filePath: '' }), showErrorBox: () => undefined };
export const shell = { openExternal: async () => undefined };

/** For packages that take it whole, such as electron-store. */
export default { app, ipcMain, ipcRenderer, shell };
