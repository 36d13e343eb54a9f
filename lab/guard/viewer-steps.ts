/**
 * Somebody who may only look sees everything and can change nothing: there is no button for it, and the server
 * refuses what the browser is made to ask all the same.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { everyRoute, everythingOf, pathOf } from '#relay-server/api/every-route.fixture.ts';
import { LoopbackBrowser } from '#relay-server/api/loopback-browser.fixture.ts';
import { portalAddresses } from '../browser/portal-pages.ts';
import type { Story } from '../scenarios/story.ts';
import { type HostileNetwork, SUBSCRIPTION } from './hostile-network.ts';
import { Presser } from './open-everything.ts';

/** What everybody may do: look for what a change would do, to their own account, and go. */
const OWN = /\/(?:changes\/preview|policy\/diff|account(?:\/.*)?|session)$/;
/** The beginnings of labels of what changes something. */
const CHANGING =
  /^(?:new|create|add|edit|rename|remove|delete|disable|enable|assign|move|connect|cut|revoke|switch o|make|invite|save|apply|undo|put|take|change|set|keep|run|end)\b/i;
const OWN_PAGES = ['/account', '/sign-in', '/welcome'];

export async function onlyLooks(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await story.step(
    'a viewer presses everything there is: no button changes something, no request asks for it',
    async () => {
      await using visit = await network.visitOf(browser, 'vic');
      const asked: string[] = [];
      visit.context.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (request.method() !== 'GET' && !OWN.test(pathname)) asked.push(`${request.method()} ${pathname}`);
      });
      // Leaving would end the visit.
      await visit.context.route('**/api/v1/session', (route) => route.abort());
      const before = await everythingOf(network.relay);
      const addresses = [...portalAddresses(SUBSCRIPTION), ...network.detailPages];
      const labels: string[] = [];
      const presser = new Presser(visit, 'x');
      for (const address of addresses.filter((address) => !OWN_PAGES.includes(address))) {
        const { pressed } = await presser.openEverything(address);
        labels.push(...pressed.filter((label) => CHANGING.test(label)).map((label) => `${address}: ${label}`));
      }
      assert.deepEqual(labels, []);
      assert.deepEqual(asked, []);
      assert.equal(await everythingOf(network.relay), before);
      return `${addresses.length} pages`;
    },
  );
  await story.step('every changing request of the viewer’s browser is refused', async () => {
    await using visit = await network.visitOf(browser, 'vic');
    await visit.goTo(`/s/${SUBSCRIPTION}/groups`);
    const before = await everythingOf(network.relay);
    const routes = await everyRoute(new LoopbackBrowser(network.relay.server.url));
    const changing = routes.filter(({ method, needs }) => method !== 'GET' && !['viewer', 'nobody'].includes(needs));
    for (const route of changing) {
      const path = pathOf(route, (parameter) => (parameter === 'subscription' ? SUBSCRIPTION : network.group));
      const answer = await visit.page.evaluate<{ status: number; text: string }>(fetchInPage(route.method, path));
      assert.equal(answer.status, 403, `${route.method} ${path}: ${answer.text}`);
      assert.match(answer.text, /NOT_ALLOWED/);
    }
    assert.equal(await everythingOf(network.relay), before);
    return `${changing.length} kinds of requests`;
  });
}

/** As the portal asks: from its own page, with its cookie. */
function fetchInPage(method: string, path: string): string {
  const body = method === 'DELETE' ? '' : `, headers: { 'content-type': 'application/json' }, body: '{}'`;
  return `fetch('/api/v1${path}', { method: '${method}'${body} })
    .then(async (answer) => ({ status: answer.status, text: await answer.text() }))`;
}
