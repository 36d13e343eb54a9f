/**
 * Signing in at a real identity provider, in a real browser: the right account, a wrong one, and
 * out again. That what another browser began is refused is tested without one (relay-server/api/oidc.test.ts).
 */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { LoopbackBrowser } from '#relay-server/api/loopback-browser.fixture.ts';
import { startLoopbackServer } from '#relay-server/loopback-server.fixture.ts';
import { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import { PASSWORD } from './hostile-network.ts';
import { startIdentityProvider, UNVERIFIED } from './identity-provider.ts';

/** Of the provider's own pages, which are for trying it. */
const FONTS = /fonts\.googleapis\.com/;

export async function signInElsewhere(story: Story, browser: Browser): Promise<void> {
  await using provider = await startIdentityProvider();
  await using relay = await startLoopbackServer({ claim: false, oidc: provider.settings });
  const { url, firstSecret: secret } = relay.server;
  provider.serve(new URL(url).origin);
  const owner = new LoopbackBrowser(url);
  const first = { secret, name: 'olivia', displayName: 'Olivia', password: PASSWORD, subscription: 'contoso' };
  assert.equal((await owner.ask('POST', '/welcome', first)).status, 201);
  for (const name of ['ada', UNVERIFIED]) {
    const person = { name: `${name}@example.com`, displayName: name, rights: 'viewer', password: null };
    const made = await owner.ask('POST', '/people', person);
    assert.equal(made.status, 201, made.text);
  }
  const visitOf = async () => {
    const visit = await Visit.begin(browser, url, { alsoAsks: [provider.origin] });
    await visit.context.route(FONTS, (route) => route.abort());
    return visit;
  };

  await story.step('somebody signs in at a real identity provider, and is who they are there', async () => {
    await using visit = await visitOf();
    const { page } = visit;
    await goToProvider(visit);
    await beAt(page, 'ada');
    await page.getByRole('heading', { name: 'Get started' }).waitFor();
    const account = JSON.parse((await visit.ask('GET', '/account')).text);
    assert.deepEqual([account.name, account.rights], ['ada@example.com', 'viewer']);
    await page.getByRole('button', { name: /ada/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.equal((await visit.ask('GET', '/account')).status, 401);
    assert.deepEqual(ofOurs(visit), []);
    return `${account.name}, a viewer; then out again`;
  });
  await story.step('an account that nobody here has is refused in words, and another can be taken', async () => {
    await using visit = await visitOf();
    const { page } = visit;
    await goToProvider(visit);
    for (const stranger of ['mallory', UNVERIFIED]) {
      await beAt(page, stranger);
      await page.getByText('Signing in at the identity provider did not work.').waitFor();
      assert.equal((await visit.ask('GET', '/account')).status, 401);
      // The provider remembers who was there: without being asked to ask, it would send the same one back for ever.
      await page.getByRole('link', { name: provider.settings.label }).click();
    }
    await beAt(page, 'ada');
    await page.getByRole('heading', { name: 'Get started' }).waitFor();
    assert.deepEqual(ofOurs(visit), []);
    return 'one whom nobody knows, and one whose address is not verified; then the right one, in the same browser';
  });
}

async function goToProvider(visit: Visit): Promise<void> {
  await visit.goTo('/sign-in');
  await visit.page.getByRole('link', { name: 'Sign in with Contoso ID' }).click();
}

/** Fills the provider's own pages: who one is, and that the relay server may know it. */
async function beAt(page: Page, name: string): Promise<void> {
  await page.locator('input[name=login]').fill(name);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** What was wrong, but for the fonts that the provider's pages did not get. */
function ofOurs(visit: Visit): string[] {
  return visit.takeFindings().filter((text) => !FONTS.test(text) && !text.endsWith('net::ERR_FAILED'));
}
