/**
 * Takes pictures of the portal as a running server sends it, for people to look through: every page, light
 * and dark, on a wide screen and on a phone. Says what axe finds, and what the console and the
 * Content-Security-Policy object to; fails if there is anything.
 *
 *     npm run pictures -- https://127.0.0.1:8443 NAME PASSWORD                    all pages, into dist/pictures
 *     npm run pictures -- https://127.0.0.1:8443 NAME PASSWORD /s/contoso/groups  only these
 *
 * Needs Chromium, from Debian's package or where CHROMIUM says.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const FOLDER = resolve(import.meta.dirname, '../dist/pictures');
const SUBSCRIPTION_PAGES = ['computers', 'groups', 'roles', 'policy', 'reach', 'install', 'audit'];
const SERVER_PAGES = ['people', 'api-keys', 'relay', 'account', 'sign-in', 'welcome', 'install/none', 'nowhere'];
const WIDTHS = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const [server = 'https://127.0.0.1:8443', name, password, ...chosen] = process.argv.slice(2);
if (name === undefined || password === undefined) {
  console.error('usage: npm run pictures -- SERVER NAME PASSWORD [ADDRESS …]');
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const findings = new Set<string>();
/** Once for all pages: signing in is slow on purpose. */
const signedIn = signIn();
try {
  const addresses = chosen.length > 0 ? chosen : await allAddresses();
  for (const [screen, viewport] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await newPage(browser, viewport, colorScheme);
      for (const address of addresses) await picture(page, address, `${screen}-${colorScheme}`);
      await page.context().close();
    }
  }
} finally {
  await browser.close();
}
for (const finding of findings) console.log(finding);
console.log(`${FOLDER}: ${findings.size} findings`);
process.exitCode = findings.size > 0 ? 1 : 0;

async function allAddresses(): Promise<string[]> {
  const page = await newPage(browser, WIDTHS.wide, 'light');
  const answer = await page.request.get(new URL('/api/v1/subscriptions', server).href);
  const { items }: { items: { name: string }[] } = await answer.json();
  await page.context().close();
  const subscription = items[0]?.name;
  const inside = subscription === undefined ? [] : SUBSCRIPTION_PAGES.map((page) => `/s/${subscription}/${page}`);
  return [...inside, ...SERVER_PAGES.map((page) => `/${page}`)];
}

async function signIn() {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const answer = await context.request.post(new URL('/api/v1/session', server).href, {
    headers: { origin: new URL(server).origin },
    data: { name, password },
  });
  if (!answer.ok()) throw new Error(`signing in was answered with ${answer.status()}: ${await answer.text()}`);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

async function newPage(
  on: Browser,
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark',
): Promise<Page> {
  const context = await on.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: true,
  });
  await context.addCookies(await signedIn);
  return context.newPage();
}

async function picture(page: Page, address: string, kind: string): Promise<void> {
  const heard: string[] = [];
  const listen = (text: string) => heard.push(text);
  const onConsole = (message: { type(): string; text(): string }) => {
    // The browser's own line for an answer of 4xx; what it means is on the page.
    if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource')) {
      listen(message.text());
    }
  };
  const onError = (error: Error) => void listen(`thrown: ${error.message}`);
  page.on('console', onConsole).on('pageerror', onError);
  await page.goto(new URL(address, server).href);
  await page.locator('h1').first().waitFor();
  await page.waitForTimeout(400); // lets the last transition end; a page with live events is never idle
  const name = address.replace(/[^\w-]+/g, '-').replace(/^-|-$/g, '');
  await page.screenshot({ path: join(FOLDER, `${name}-${kind}.png`) });
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  if (overflow > 0) listen(`the page is ${overflow} pixels wider than the screen`);
  for (const text of heard) findings.add(`${address} (${kind}): ${text}`);
  page.off('console', onConsole).off('pageerror', onError);
  for (const text of await judgedByAxe(page)) findings.add(`${address} (${kind}): ${text}`);
}

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: { html: string }[] }[];
}

async function judgedByAxe(page: Page): Promise<string[]> {
  // The policy of the page lets no foreign script in; what the debugger evaluates is not held to it.

  await page.evaluate(axe.source);
  const result: AxeResult = await page.evaluate('axe.run()');
  return result.violations.map(
    ({ id, help, nodes }) => `axe ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}
