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
  /** What starts it once more, as a click on a link does. */
  readonly command: readonly string[];
  /** The window's page. */
  readonly page: Page;
  readonly #options: DesktopOptions;
  readonly #view: View;

  private constructor(options: DesktopOptions, program: Program, command: readonly string[], view: View) {
    this.#options = options;
    this.program = program;
    this.command = command;
    this.#view = view;
    this.page = view.page;
  }

  static async start(options: DesktopOptions): Promise<DesktopApplication> {
    const { desk, runtime } = options;
    const built = runtime.old ? await buildOldDesktop(join(ROOT, 'dist/desktop-9')) : await buildDesktop();
    // Root in a namespace of its own can not have Chromium's sandbox; the application's own settings stay.
    const command = [runtime.program, '--no-sandbox', built.directory];
    const program = desk.start('desktop', [
      ...command,
      `--remote-debugging-port=${DEBUGGING_PORT}`,
      // Root may run the agent itself, which this old Electron can not.
      ...(runtime.old ? ['--no-host'] : []),
    ]);
    await program.prints(/DevTools listening/);
    return new DesktopApplication(options, program, command, await look(options, program));
  }

  /** At the page that has taken the place of one that ended. */
  async lookAgain(): Promise<DesktopApplication> {
    return new DesktopApplication(this.#options, this.program, this.command, await look(this.#options, this.program));
  }

  /** Lets go of the window, so that the application can end by itself. */
  async letGo(): Promise<void> {
    await this.#view.browser.close();
    this.#view.endBridge();
  }
}

interface View {
  readonly page: Page;
  readonly browser: Browser;
  readonly endBridge: () => void;
}

let looks = 0;

async function look({ host, directory }: DesktopOptions, program: Program): Promise<View> {
  const bridge = await bridgePort(host, DEBUGGING_PORT, join(directory, `debugging-${looks++}.sock`));
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${bridge.port}`, { noDefaults: true });
  const page = browser.contexts()[0]?.pages()[0] ?? (await browser.contexts()[0]?.waitForEvent('page'));
  if (page === undefined) throw new Error(`the application shows no window\n${program.tail()}`);
  await teachOldPage(page);
  return { page, browser, endBridge: bridge.end };
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
