/**
 * Fields with a list: while the list is open, it is in a landmark, can be read, and lies over what is around it.
 */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { SCREENS } from '../browser/portal-pages.ts';
import type { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import { type HostileNetwork, SUBSCRIPTION } from './hostile-network.ts';

/** Pages, and what to press there first where the field is in a dialog. */
const PLACES: readonly (readonly [page: string, press?: string])[] = [
  [`/s/${SUBSCRIPTION}/computers`],
  [`/s/${SUBSCRIPTION}/groups?view=arrange`],
  [`/s/${SUBSCRIPTION}/policy?view=table`],
  [`/s/${SUBSCRIPTION}/reach`],
  [`/s/${SUBSCRIPTION}/audit`],
  [`/s/${SUBSCRIPTION}/install`, 'New install link'],
  ['/api-keys', 'New API key'],
];

export async function openListsAreGood(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await story.step('a list that is open is in a landmark, and axe finds nothing', async () => {
    await using visit = await network.visitOf(browser, 'ada');
    let opened = 0;
    for (const viewport of Object.values(SCREENS)) {
      await visit.page.setViewportSize(viewport);
      for (const [address, press] of PLACES) {
        await visit.goTo(address);
        if (press !== undefined) await visit.page.getByRole('button', { name: press }).first().click();
        for (const field of await fieldsWithList(visit)) {
          await field.click();
          const first = visit.page.getByRole('option').first();
          await first.waitFor();
          await visit.settle();
          assert.deepEqual(await visit.axe(), [], address);
          assert(await isOnTop(first), `${address}: something lies over the open list`);
          await visit.page.keyboard.press('Escape');
          await first.waitFor({ state: 'hidden' });
          opened++;
        }
      }
    }
    assert(opened > 2 * PLACES.length, `only ${opened} lists were opened`);
    assert.deepEqual(visit.takeFindings(), []);
    return `${opened} lists on ${PLACES.length} pages, on a wide screen and on a phone`;
  });
}

async function fieldsWithList({ page }: Visit): Promise<readonly Locator[]> {
  const fields = page.locator('input[aria-haspopup="listbox"]:visible:enabled');
  await fields.first().waitFor();
  return fields.all();
}

/** Whether a press in its middle would meet it; Playwright asks that of a press that it does not make. */
async function isOnTop(option: Locator): Promise<boolean> {
  try {
    await option.click({ trial: true, timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}
