/**
 * Texts stay texts: no page runs, loads or becomes what somebody wrote into a name.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { portalAddresses, SCREENS } from '../browser/portal-pages.ts';
import type { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import { type HostileNetwork, SUBSCRIPTION } from './hostile-network.ts';
import { HOSTILE_NAMES, TRACES } from './hostile-texts.ts';
import { Presser } from './open-everything.ts';

/** Addresses in which there is something of somebody else's making. */
const ADDRESSES = [
  '/sign-in?to=javascript:strike()',
  '/sign-in?to=//evil.example/&problem=%3Cimg%20src=x%20onerror=strike()%3E',
  '/sign-in?to=/%5Cevil.example&problem=__proto__',
  '/welcome#%22%3E%3Cimg%20src=x%20onerror=strike()%3E',
  `/s/${SUBSCRIPTION}/computers?search=%3Cimg%20src=x%20onerror=strike()%3E&sort=__proto__&group=constructor`,
  `/s/${SUBSCRIPTION}/groups?view=%3Cscript%3E&from=__proto__`,
  `/s/${SUBSCRIPTION}/reach?from=%3Cimg%20src=x%20onerror=strike()%3E&to=__proto__`,
  `/s/${SUBSCRIPTION}/audit?search=%3Cimg%20src=x%20onerror=strike()%3E&action=__proto__`,
  '/s/%3Cimg%20src=x%20onerror=strike()%3E/groups',
  `/s/${SUBSCRIPTION}/groups/%3Cimg%20src=x%20onerror=strike()%3E`,
  `/s/${SUBSCRIPTION}/groups/__proto__`,
  '/install/none#cwt1_%22%3E%3Cimg%20src=x%20onerror=strike()%3E',
];
const READING = /^(?:GET|HEAD)$|^POST .*\/(?:changes\/preview|policy\/diff)$/;
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const [EVIL = ''] = HOSTILE_NAMES;

export async function browserHears(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await story.step('first, a page into which markup is put by force: the browser and the server tell', async () => {
    await using visit = await armed(await network.visitOf(browser, 'ada'));
    await visit.goTo(`/s/${SUBSCRIPTION}/groups`);
    await visit.page.evaluate(`document.body.insertAdjacentHTML('beforeend', ${JSON.stringify(EVIL)})`);
    await visit.settle();
    const found = visit.takeFindings();
    assert(
      found.some((text) => text.startsWith('breaks the policy: script-src-attr')),
      found.join('\n') || 'nothing was found',
    );
    assert.equal((await visit.page.evaluate<string[]>(TRACES)).length, 1);
    assert.equal(breachesIn(network).length, 1);
    return found.join('\n');
  });
}

export async function nothingStrikes(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  const addresses = [...portalAddresses(SUBSCRIPTION), ...network.detailPages, addressOf(network.installLink)];
  await story.step('every page, and all that opens on it, shows hostile texts as texts', async () => {
    await using visit = await armed(await network.visitOf(browser, 'ada'));
    await changesNothing(visit);
    const presser = new Presser(visit, EVIL);
    let [dialogs, pressed, shown] = [0, 0, 0];
    for (const address of addresses) {
      const opened = await presser.openEverything(address);
      await expectNothing(visit, address, opened.pressed);
      dialogs += opened.dialogs;
      pressed += opened.pressed.length;
      if (/strike\(/.test(opened.text)) shown++;
    }
    assert(shown > 12, `only ${shown} pages show a hostile text at all`);
    return `${addresses.length} pages, ${shown} with hostile texts; ${pressed} presses, ${dialogs} dialogs and menus`;
  });
  await story.step('so do the pages on a phone', async () => {
    await using visit = await armed(await network.visitOf(browser, 'ada'));
    await visit.page.setViewportSize(SCREENS.phone);
    for (const address of addresses) {
      await visit.goTo(address);
      await expectNothing(visit, address, []);
      assert.equal(await visit.page.evaluate(OVERFLOW), 0, `${address} is wider than the screen`);
    }
    return `${addresses.length} pages, none wider than the screen`;
  });
  await story.step('addresses of somebody else’s making run nothing, and lead nowhere else', async () => {
    await using visit = await armed(await network.visitOf(browser, 'ada'));
    for (const address of ADDRESSES) {
      await visit.goTo(address);
      await expectNothing(visit, address, []);
      assert(visit.page.url().startsWith(network.relay.server.url), `${address} led to ${visit.page.url()}`);
    }
    return `${ADDRESSES.length} addresses`;
  });
}

/** What browsers reported to the server, from its log. */
export function breachesIn({ relay }: HostileNetwork): string[] {
  const lines = relay.log.filter((line) => line.includes('breach of the Content-Security-Policy'));
  return lines.map((line) => {
    const { report }: { report: string } = JSON.parse(line);
    const { 'csp-report': told }: { 'csp-report': Record<string, string> } = JSON.parse(report);
    return `${told['effective-directive']} blocks ${told['blocked-uri']}`;
  });
}

/** With a `strike` that tells. */
async function armed(visit: Visit): Promise<Visit> {
  await visit.context.addInitScript(() => {
    (globalThis as unknown as Record<string, unknown>).strike = (what: unknown) => console.error(`struck by ${what}`);
  });
  return visit;
}

/** So that a page can be pressed all over: whatever would change something is refused before it gets there. */
async function changesNothing({ context }: Visit): Promise<void> {
  await context.route('**/api/v1/**', async (route) => {
    const request = route.request();
    if (READING.test(request.method()) || READING.test(`${request.method()} ${request.url()}`)) return route.continue();
    const error = { code: EVIL, message: EVIL, remedy: EVIL, details: { [EVIL]: EVIL } };
    return route.fulfill({ status: 409, contentType: 'application/json', body: JSON.stringify({ error }) });
  });
}

async function expectNothing(visit: Visit, address: string, pressed: readonly string[]): Promise<void> {
  const found = [...visit.takeFindings(), ...(await visit.page.evaluate<string[]>(TRACES))];
  assert.deepEqual(found, [], `${address}, after pressing ${pressed.slice(-5).join(', ')}`);
}

function addressOf(url: string): string {
  const { pathname, hash } = new URL(url);
  return `${pathname}${hash}`;
}
