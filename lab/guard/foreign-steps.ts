/**
 * Pages of other sites, opened by somebody who is signed in, change nothing and learn nothing.
 */
import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { everythingOf } from '#relay-server/api/every-route.fixture.ts';
import { systemRandom } from '#relay-server/random.ts';
import { ownIdentity } from '#relay-server/tls/certificate.ts';
import type { Story } from '../scenarios/story.ts';
import { ForeignSite } from './foreign-site.ts';
import { type HostileNetwork, SUBSCRIPTION } from './hostile-network.ts';

const PAGE_MS = 60_000;
const COOKIE = '__Host-causeway';
/** To a browser the first is the same site as the server (RFC 6265bis §5.2), though not the same origin. */
const SITES = [
  ['127.0.0.1', 'another port of the same computer, to which the cookie goes along'],
  ['localhost', 'another site'],
] as const;

export async function foreignSites(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  const { server } = network.relay;
  const hosts = ['localhost', '127.0.0.1'] as const;
  const directory = await mkdtemp(join(story.lab.directory, 'foreign-'));
  await using site = await ForeignSite.open(await ownIdentity(directory, hosts, Date.now(), systemRandom), server.url);
  for (const [host, what] of SITES) {
    await story.step(`a page of ${what}: forms, fetch, frames, scripts and windows get nowhere`, async () => {
      await using visit = await network.visitOf(browser, 'ada');
      await visit.goTo(`/s/${SUBSCRIPTION}/groups`);
      const before = await everythingOf(network.relay);
      await visit.page.goto(site.origin(host));
      await visit.page.waitForFunction('window.done', undefined, { timeout: PAGE_MS });
      assert.deepEqual(await visit.page.evaluate('window.read'), []);
      assert.equal(await everythingOf(network.relay), before);
      // So that it is known to be the Origin, and no forgotten cookie, that refused.
      assert.equal(site.takeCookies().includes(COOKIE), host === '127.0.0.1');
      await visit.goTo('/account');
      return 'nothing was changed or read, and ada is still signed in';
    });
  }
  await story.step('no page of the server may stand in a frame', async () => {
    await using visit = await network.visitOf(browser, 'ada');
    await visit.page.goto(site.origin('127.0.0.1'));
    const framed = visit.page.frames().find((frame) => frame.parentFrame() !== null && frame.name() !== 'sink');
    assert.equal(framed?.url(), 'chrome-error://chromewebdata/');
    const found = visit.takeFindings();
    assert(
      found.some((text) => text.includes('frame-ancestors')),
      found.join('\n'),
    );
    return 'the browser shows its own error page there';
  });
}
