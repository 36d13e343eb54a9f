/**
 * What the portal withstands, in a real browser: texts that want to become markup, pages of other sites, people
 * who may only look, and two who edit the same.
 */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { run } from '#build/command.ts';
import { openBrowser } from '../browser/browser.ts';
import { twoEdit } from '../guard/conflict-steps.ts';
import { foreignSites } from '../guard/foreign-steps.ts';
import { type HostileNetwork, SUBSCRIPTION, startHostileNetwork } from '../guard/hostile-network.ts';
import { signInElsewhere } from '../guard/identity-steps.ts';
import { newPassword } from '../guard/session-steps.ts';
import { breachesIn, browserHears, nothingStrikes } from '../guard/strike-steps.ts';
import { renamedAndRemoved } from '../guard/subscription-steps.ts';
import { suffixesSetUp } from '../guard/suffix-steps.ts';
import { onlyLooks } from '../guard/viewer-steps.ts';
import type { Scenario, Story } from './story.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export const portalGuard: Scenario = {
  name: 'portal-guard',
  shows: 'the portal against hostile texts, foreign sites, people who may only look, and lost edits',
  needs: ['chromium'],
  builds: true,
  lab: { sites: [], servers: [] },
  async tell(story) {
    await using things = new AsyncDisposableStack();
    const { network, browser } = await begin(story, things);
    await browserHears(story, browser, network);
    await twoEdit(story, browser, network);
    if (process.env.LAB_LONG === '1') await signInElsewhere(story, browser);
    await renamedAndRemoved(story, browser, network);
    await suffixesSetUp(story, browser, network, { subscription: SUBSCRIPTION, server: 'constructor' });
    await foreignSites(story, browser, network);
    await newPassword(story, browser, network);
    await onlyLooks(story, browser, network);
    await nothingStrikes(story, browser, network);
    await story.step('the server heard of no breach but those that were made on purpose', async () => {
      const [first, ...others] = breachesIn(network);
      assert.equal(first, 'script-src-attr blocks inline');
      for (const breach of others)
        assert.match(breach, /^frame-ancestors blocks https:\/\/(?:127\.0\.0\.1|localhost):/);
      return `markup that was put in by force, and ${others.length} frames on foreign pages`;
    });
  },
};

async function begin(
  story: Story,
  things: AsyncDisposableStack,
): Promise<{ network: HostileNetwork; browser: Browser }> {
  const begun: { network?: HostileNetwork; browser?: Browser } = {};
  await story.step('the portal is built, a server has hostile texts everywhere, and a browser starts', async () => {
    const { code, output } = await run(process.execPath, ['build/portal.ts'], { cwd: ROOT });
    assert.equal(code, 0, output);
    begun.network = things.use(await startHostileNetwork());
    begun.browser = await openBrowser();
    things.defer(() => begun.browser?.close());
    return `Chromium ${begun.browser.version()}`;
  });
  const { network, browser } = begun;
  if (network === undefined || browser === undefined) throw new Error('the story goes on without what it needs');
  return { network, browser };
}
