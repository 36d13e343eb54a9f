/**
 * One person at a browser: cookies of their own, a page, and everything that was wrong with what the
 * page did. Whoever finds `findings()` empty has seen no error in the console, no exception, no breach of the
 * Content-Security-Policy, no window that a script opened, and no request to anybody but the server.
 */
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { judgedByAxe } from './axe.ts';

/** Called in the page for each breach of its policy. */
const REPORT_BREACH = '__causewayBreach';
/** Chromium's own line for an answer of 4xx; what it means is on the page. */
const REFUSED = /^Failed to load resource: .* status of 4\d\d/;
/** Longer than any transition of the theme. */
const SETTLE_MS = 400;
const WORTH_SAYING: readonly string[] = ['error', 'warning'];

export interface VisitOptions extends BrowserContextOptions {
  /** Origins beside the server's that the page may ask. */
  readonly alsoAsks?: readonly string[];
}

export class Visit implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly #server: string;
  readonly #found: string[];

  private constructor(context: BrowserContext, page: Page, server: string, found: string[]) {
    this.context = context;
    this.page = page;
    this.#server = server;
    this.#found = found;
  }

  /** A new person, whom the server does not know. @param server its origin */
  static async begin(browser: Browser, server: string, options: VisitOptions = {}): Promise<Visit> {
    const { alsoAsks = [], ...rest } = options;
    // The certificate is the server's own.
    const context = await browser.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...rest });
    const found: string[] = [];
    await context.exposeFunction(REPORT_BREACH, (text: string) => found.push(`breaks the policy: ${text}`));
    await context.addInitScript(LISTEN_FOR_BREACHES, REPORT_BREACH);
    context.on('page', (page) => listen(page, [new URL(server).origin, ...alsoAsks], (text) => found.push(text)));
    return new Visit(context, await context.newPage(), server, found);
  }

  /** Signs in by REST, which is faster than by the page. @throws Error with the refusal */
  async signIn(name: string, password: string): Promise<void> {
    const answer = await this.ask('POST', '/session', { name, password });
    if (answer.status !== 201) throw new Error(`signing in was answered with ${answer.status}: ${answer.text}`);
  }

  /** Asks the REST API as a page of the server's own would. @param path below /api/v1 */
  async ask(method: string, path: string, data?: unknown): Promise<{ status: number; text: string }> {
    const answer = await this.context.request.fetch(this.address(`/api/v1${path}`), {
      method,
      headers: { origin: new URL(this.#server).origin },
      ...(data !== undefined && { data }),
    });
    return { status: answer.status(), text: await answer.text() };
  }

  /** Goes to an address of the portal and waits until its page stands. */
  async goTo(path: string): Promise<void> {
    await this.page.goto(this.address(path));
    await this.page.locator('h1').first().waitFor();
    await this.settle();
  }

  /** Lets the last transition end; a page with live events is never idle. */
  async settle(): Promise<void> {
    await this.page.waitForTimeout(SETTLE_MS);
  }

  address(path: string): string {
    return new URL(path, this.#server).href;
  }

  /** Everything so far, in the order in which it happened. */
  findings(): readonly string[] {
    return [...this.#found];
  }

  /** Everything since the last time. */
  takeFindings(): readonly string[] {
    return this.#found.splice(0);
  }

  /** What axe finds on the page as it is now. */
  async axe(): Promise<readonly string[]> {
    return judgedByAxe(this.page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

function listen(page: Page, mayAsk: readonly string[], found: (text: string) => void): void {
  page.on('console', (message: ConsoleMessage) => {
    const text = message.text();
    if (WORTH_SAYING.includes(message.type()) && !REFUSED.test(text)) found(`console: ${text}`);
  });
  page.on('pageerror', (error) => found(`thrown: ${error.message}`));
  page.on('dialog', (dialog) => {
    // The browser's own question whether to leave an unfinished form is no script's.
    if (dialog.type() !== 'beforeunload') found(`a script opened a window: ${dialog.message()}`);
    void dialog.accept().catch(() => undefined);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(?:https?|wss?):$/.test(protocol) && !mayAsk.includes(origin)) found(`asks elsewhere: ${request.url()}`);
  });
}

/** Runs in the page, before anything of its own. */
const LISTEN_FOR_BREACHES = (report: string) => {
  const { document } = globalThis as unknown as { document: EventTarget };
  document.addEventListener('securitypolicyviolation', (event) => {
    const { violatedDirective, blockedURI, sourceFile, lineNumber } = event as unknown as Record<string, unknown>;
    (globalThis as unknown as Record<string, (text: string) => void>)[report]?.(
      `${violatedDirective} blocks ${blockedURI} (${sourceFile}:${lineNumber})`,
    );
  });
};
