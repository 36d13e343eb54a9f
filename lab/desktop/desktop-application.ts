/** The desktop application on a desk of the lab, on a real Electron: started, looked at, driven. */
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildDesktop } from '#build/desktop.ts';
import { ROOT } from '#build/portal-config.ts';
import type { Host, Program } from '../hosts/host.ts';
import type { Desk } from './desk.ts';
import type { ElectronRuntime } from './electron-runtime.ts';
import { buildOldDesktop } from './old-build.ts';
import { bridgePort } from './port-bridge.ts';

const DEBUGGING_PORT = 9333;

export interface DesktopOptions {
  readonly host: Host;
  readonly desk: Desk;
  readonly runtime: ElectronRuntime;
  /** Directory that the host and the lab see. */
  readonly directory: string;
}

export class DesktopApplication {
  readonly program: Program;
  /** The window's page. */
  readonly page: Page;
  readonly #browser: Browser;
  readonly #endBridge: () => void;

  private constructor(program: Program, page: Page, browser: Browser, endBridge: () => void) {
    this.program = program;
    this.page = page;
    this.#browser = browser;
    this.#endBridge = endBridge;
  }

  static async start({ host, desk, runtime, directory }: DesktopOptions): Promise<DesktopApplication> {
    const built = runtime.old ? await buildOldDesktop(join(ROOT, 'dist/desktop-9')) : await buildDesktop();
    const program = desk.start('desktop', [
      runtime.program,
      // Root in a namespace of its own can not have Chromium's sandbox; the application's own settings stay.
      '--no-sandbox',
      `--remote-debugging-port=${DEBUGGING_PORT}`,
      built.directory,
      // Root may run the agent itself, which this old Electron can not.
      ...(runtime.old ? ['--no-host'] : []),
    ]);
    await program.prints(/DevTools listening/);
    const bridge = await bridgePort(host, DEBUGGING_PORT, join(directory, 'debugging.sock'));
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${bridge.port}`, { noDefaults: true });
    const page = browser.contexts()[0]?.pages()[0] ?? (await browser.contexts()[0]?.waitForEvent('page'));
    if (page === undefined) throw new Error(`the application shows no window\n${program.tail()}`);
    await teachOldPage(page);
    return new DesktopApplication(program, page, browser, bridge.end);
  }

  /** Lets go of the window, so that the application can end by itself. */
  async letGo(): Promise<void> {
    await this.#browser.close();
    this.#endBridge();
  }
}

/** What Playwright's own scripts in the page need and Chromium 83 does not have, in every world that they run in. */
async function teachOldPage(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Runtime.executionContextCreated', ({ context }) => {
    const lesson = { contextId: context.id, expression: CHECK_VISIBILITY };
    session.send('Runtime.evaluate', lesson).catch(() => undefined); // the world has gone again
  });
  await session.send('Runtime.enable');
}

const CHECK_VISIBILITY = `
  if (!Element.prototype.checkVisibility) Element.prototype.checkVisibility = function () {
    return this.getClientRects().length > 0 && getComputedStyle(this).visibility !== 'hidden';
  };
`;
