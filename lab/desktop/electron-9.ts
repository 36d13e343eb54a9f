/**
 * Electron 9.4.1 in the shape of the Electron that the desktop application is written for: the calls that
 * came later, made of those that were there. The tests' build puts this in the place of `electron`, so
 * that the application itself runs unchanged, on a real Electron with a real window and a real tray.
 */
import './node-12.ts';
import * as real from 'electron';

interface Request {
  readonly url: string;
}
interface Answer {
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}
interface OldContents {
  readonly id: number;
  getURL(): string;
  on(event: string, listener: (...words: never[]) => void): void;
  emit(event: string, ...words: unknown[]): void;
}
interface Frame {
  readonly url: string;
}

const frames = new WeakMap<OldContents, Frame>();
/** Its main frame, as later versions have it. */
function mainFrameOf(contents: OldContents): Frame {
  let frame = frames.get(contents);
  if (frame === undefined) {
    frame = {
      get url() {
        return contents.getURL();
      },
    };
    frames.set(contents, frame);
  }
  return frame;
}

real.app.on('web-contents-created', (_event: unknown, contents: OldContents) => {
  Object.defineProperty(contents, 'mainFrame', { get: () => mainFrameOf(contents) });
  Object.defineProperty(contents, 'setWindowOpenHandler', {
    value: (handler: () => { action: string }) => {
      contents.on('new-window', ((event: { preventDefault(): void }) => {
        if (handler().action === 'deny') event.preventDefault();
      }) as (...words: never[]) => void);
    },
  });
});

export const protocol = {
  registerSchemesAsPrivileged: real.protocol.registerSchemesAsPrivileged,
  handle(scheme: string, handler: (request: Request) => Promise<Answer>): void {
    real.protocol.registerBufferProtocol(scheme, (request: Request, callback: (answer: object) => void) => {
      void handler(request).then(({ body, status, headers }) => {
        const [mimeType, charset] = (headers['content-type'] ?? 'text/plain').split('; charset=');
        callback({ statusCode: status, headers, mimeType, charset, data: Buffer.from(body as string) });
      });
    });
  },
};

export const session = {
  get defaultSession(): object {
    const { defaultSession } = real.session;
    // Devices can not be asked for yet in this Chromium.
    if (!('setDevicePermissionHandler' in defaultSession)) {
      Object.assign(defaultSession, { setDevicePermissionHandler: () => undefined });
    }
    return defaultSession;
  },
};

export const ipcMain = {
  handle(channel: string, listener: (event: object, ...words: unknown[]) => Promise<unknown>): void {
    real.ipcMain.handle(channel, (event: { sender: OldContents; frameId: number }, ...words: unknown[]) => {
      const { sender, frameId } = event;
      // The first frame of a page is its main one; a frame in it has another number.
      const senderFrame = frameId === 1 ? mainFrameOf(sender) : { url: 'about:blank' };
      return listener({ sender, senderFrame }, ...words);
    });
  },
  on: real.ipcMain.on.bind(real.ipcMain),
};

export const {
  app,
  BrowserWindow,
  clipboard,
  contextBridge,
  dialog,
  ipcRenderer,
  Menu,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  screen,
  shell,
  Tray,
} = real;

export default { ...real, protocol, session, ipcMain };
