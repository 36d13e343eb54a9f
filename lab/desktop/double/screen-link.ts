/**
 * Between the double of `electron`, in which the application's main process runs on a host of the lab, and
 * whoever plays the screen for it: one JSON message a line, over a Unix socket.
 */
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What the application does to the screen. */
export type ToScreen =
  | { readonly type: 'load'; readonly url: string; readonly preload: string }
  | { readonly type: 'window'; readonly is: 'shown' | 'hidden' | 'gone' }
  /** Of `webContents.send`. */
  | { readonly type: 'send'; readonly channel: string; readonly args: readonly unknown[] }
  /** Menu items by their labels; those that can not be chosen are left out. */
  | { readonly type: 'tray'; readonly icon: string; readonly tooltip: string; readonly menu: readonly string[] }
  | { readonly type: 'tray-gone' }
  | { readonly type: 'copied'; readonly text: string }
  | { readonly type: 'opened'; readonly address: string }
  | { readonly type: 'notice'; readonly title: string; readonly body: string }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };

/** What the screen wants an answer to. */
export type Question =
  /** Of `ipcRenderer.invoke`, by the page that is shown. */
  | { readonly type: 'invoke'; readonly channel: string; readonly args: readonly unknown[] }
  /** A file of the page, from the application's own scheme. */
  | { readonly type: 'fetch'; readonly url: string };

/** What happens on the screen. */
export type ToApplication =
  | (Question & { readonly id: number })
  /** An item of the icon's menu. */
  | { readonly type: 'choose'; readonly label: string };

/** Answer to `fetch`. */
export interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly base64: string;
}

export class ScreenLink<Heard, Told> {
  readonly #socket: Socket;

  constructor(socket: Socket, onMessage: (message: Heard) => void) {
    this.#socket = socket;
    // Whoever is at the other end has ended: then there is nobody to tell.
    socket.on('error', () => undefined);
    createInterface(socket).on('line', (line) => onMessage(JSON.parse(line)));
  }

  tell(message: Told): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  end(): void {
    this.#socket.destroy();
  }
}

export async function linkToScreen(
  path: string,
  onMessage: (message: ToApplication) => void,
): Promise<ScreenLink<ToApplication, ToScreen>> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return new ScreenLink(socket, onMessage);
}
