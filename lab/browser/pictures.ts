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
import { openBrowser } from './browser.ts';
import { portalAddresses, SCREENS } from './portal-pages.ts';
import { Visit } from './visit.ts';

const FOLDER = resolve(import.meta.dirname, '../../dist/pictures');

const [server = 'https://127.0.0.1:8443', name, password, ...chosen] = process.argv.slice(2);
if (name === undefined || password === undefined) {
  console.error('usage: npm run pictures -- SERVER NAME PASSWORD [ADDRESS …]');
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const findings = new Set<string>();
const browser = await openBrowser();
try {
  const { cookies, addresses } = await prepare(name, password);
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await using visit = await Visit.begin(browser, server, { viewport, colorScheme });
      await visit.context.addCookies(cookies);
      for (const address of addresses) await picture(visit, address, `${screen}-${colorScheme}`);
    }
  }
} finally {
  await browser.close();
}
for (const finding of findings) console.log(finding);
console.log(`${FOLDER}: ${findings.size} findings`);
process.exitCode = findings.size > 0 ? 1 : 0;

/** Signs in once for all pages: it is slow on purpose. */
async function prepare(name: string, password: string) {
  await using visit = await Visit.begin(browser, server);
  await visit.signIn(name, password);
  const { items }: { items: { name: string }[] } = JSON.parse((await visit.ask('GET', '/subscriptions')).text);
  return {
    cookies: await visit.context.cookies(),
    addresses: chosen.length > 0 ? chosen : portalAddresses(items[0]?.name),
  };
}

async function picture(visit: Visit, address: string, kind: string): Promise<void> {
  const { page } = visit;
  await visit.goTo(address);
  const name = address.replace(/[^\w-]+/g, '-').replace(/^-|-$/g, '');
  await page.screenshot({ path: join(FOLDER, `${name}-${kind}.png`) });
  const found = [...(await visit.axe()), ...visit.takeFindings()];
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  if (overflow > 0) found.push(`the page is ${overflow} pixels wider than the screen`);
  for (const text of found) findings.add(`${address} (${kind}): ${text}`);
}
