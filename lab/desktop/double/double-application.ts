/**
 * The desktop application without Electron: its built main process runs in plain Node on a host of the lab,
 * with the double of `electron` (fake-electron.ts), and its built window and preload script in Debian's
 * Chromium. Between the two passes what Electron would pass; what is done to the desktop around them is
 * written down.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { buildDesktop } from '#build/desktop.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from '#electron/ipc/bridge.ts';
import { DEFAULT_PLACE } from '#electron/main/window-place.ts';
import { Visit } from '../../browser/visit.ts';
import { until } from '../../causeway.ts';
import type { Host, Program } from '../../hosts/host.ts';
import { wrongWithAnswer, wrongWithEvent } from './contract.ts';
import { passToPage, preloadInPage } from './double-preload.ts';
import { type Fetched, type Question, ScreenLink, type ToApplication, type ToScreen } from './screen-link.ts';

const DOUBLE = fileURLToPath(new URL('./electron-by-double.ts', import.meta.url));
/** Chromium knows no scheme of ours; this stands for it, and no server is asked for anything. */
const ORIGIN = 'https://window.causeway.invalid';
const STARTS_MS = 30_000;

export interface Tray {
  readonly icon: string;
  readonly tooltip: string;
  readonly menu: readonly string[];
}

export interface DoubleOptions {
  readonly host: Host;
  readonly browser: Browser;
  /** Directory that the host and the lab see. */
  readonly directory: string;
  readonly words?: readonly string[];
}

export class DoubleApplication implements AsyncDisposable {
  readonly program: Program;
  readonly visit: Visit;
  /** What the person copied, opened and was told. */
  readonly copied: string[] = [];
  readonly opened: string[] = [];
  readonly notices: string[] = [];
  tray: Tray | null = null;
  windowIs: Extract<ToScreen, { type: 'window' }>['is'] = 'hidden';
  readonly #link: ScreenLink<ToScreen, ToApplication>;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #bugs: string[] = [];
  #asked = 0;
  #toLoad: Extract<ToScreen, { type: 'load' }> | undefined;

  private constructor(program: Program, visit: Visit, socket: Socket) {
    this.program = program;
    this.visit = visit;
    this.#link = new ScreenLink(socket, (message) => this.#hear(message));
  }

  static async start({ host, browser, directory, words = [] }: DoubleOptions): Promise<DoubleApplication> {
    const built = await buildDesktop();
    const path = join(directory, 'screen.sock');
    const server = createServer();
    server.listen(path);
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const program = host.spawn(
      'desktop',
      [process.execPath, '--import', DOUBLE, join(built.directory, 'main.js'), ...words],
      {
        environment: { CAUSEWAY_DOUBLE_HOME: '/run/home', CAUSEWAY_DOUBLE_SCREEN: path },
      },
    );
    await program.prints(/^tray: /m, STARTS_MS);
    const [socket] = await connected;
    server.close();
    const visit = await Visit.begin(browser, ORIGIN, { viewport: DEFAULT_PLACE });
    const application = new DoubleApplication(program, visit, socket);
    await application.#load();
    return application;
  }

  get page(): Page {
    return this.visit.page;
  }

  /** What went wrong in the page or between it and main since the last time; empty when all is well. */
  takeFindings(): readonly string[] {
    return [...this.visit.takeFindings(), ...this.#bugs.splice(0)];
  }

  /** @throws Error if the icon's menu has no such item */
  chooseInTrayMenu(label: string): void {
    if (!this.tray?.menu.includes(label)) throw new Error(`the menu has no “${label}”, but ${this.tray?.menu}`);
    this.#link.tell({ type: 'choose', label });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.end();
    await this.visit[Symbol.asyncDispose]();
  }

  async #load(): Promise<void> {
    await until(
      async () => this.#toLoad !== undefined,
      STARTS_MS,
      () => 'the application opens no window',
    );
    const { url = '', preload = '' } = this.#toLoad ?? {};
    const scheme = new URL(url).href.replace(/\/[^/]*$/, '');
    await this.page.route(`${ORIGIN}/**`, async (route) => {
      const asked = route.request().url().replace(ORIGIN, scheme);
      const { status, headers, base64 } = (await this.#ask({ type: 'fetch', url: asked })) as Fetched;
      await route.fulfill({ status, headers: { ...headers }, body: Buffer.from(base64, 'base64') });
    });
    await preloadInPage(this.page, readFileSync(preload, 'utf8'), (channel, args) => this.#invoke(channel, args));
    await this.visit.goTo(url.replace(scheme, ''));
  }

  async #invoke(channel: string, args: readonly unknown[]): Promise<unknown> {
    const answer = await this.#ask({ type: 'invoke', channel, args });
    if (channel === CALL_CHANNEL) this.#note(wrongWithAnswer(args[0], answer));
    return answer;
  }

  #ask(question: Question): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#link.tell({ ...question, id });
    });
  }

  #note(wrong: string | null): void {
    if (wrong !== null) this.#bugs.push(wrong);
  }

  #hear(message: ToScreen): void {
    if (message.type === 'tray') this.tray = message;
    else if (message.type === 'tray-gone') this.tray = null;
    else if (message.type === 'window') this.windowIs = message.is;
    else if (message.type === 'load') this.#toLoad = message;
    else if (message.type === 'copied') this.copied.push(message.text);
    else if (message.type === 'opened') this.opened.push(message.address);
    else if (message.type === 'notice') this.notices.push(message.body);
    else if (message.type === 'send') {
      if (message.channel === EVENT_CHANNEL) this.#note(wrongWithEvent(message.args[0]));
      void passToPage(this.page, message.channel, message.args);
    } else {
      const { id, value, error } = message;
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    }
  }
}
