/**
 * On-premises DNS suffixes in the settings: an administrator sets one up with the keyboard alone, is told of what can
 * not be while writing it, takes it back, and overwrites nobody's change.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { keyboard } from '../browser/hands.ts';
import { SCREENS } from '../browser/portal-pages.ts';
import type { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import type { HostileNetwork } from './hostile-network.ts';

/** A network in which is a machine to be a DNS server. */
export interface SuffixPlace {
  readonly subscription: string;
  /** Its name. */
  readonly server: string;
}

export async function suffixesSetUp(
  story: Story,
  browser: Browser,
  network: Pick<HostileNetwork, 'visitOf'>,
  { subscription, server }: SuffixPlace,
): Promise<void> {
  await using ada = await network.visitOf(browser, 'ada');
  await using bob = await network.visitOf(browser, 'bob');
  const settings = `/s/${subscription}/settings`;
  const { page } = bob;
  const hands = keyboard(page);
  const dialog = page.getByRole('dialog');
  const removeIt = ada.page.getByRole('button', { name: 'Remove corp.example' });

  await story.step('an administrator sets up a suffix by keyboard, and is told of mistakes while writing', async () => {
    await ada.goTo(settings);
    await bob.goTo(settings);
    await hands.press(page.getByRole('button', { name: 'Add a domain…' }));
    const domain = dialog.getByLabel('Domain', { exact: true });
    await hands.write(domain, 'corp..example');
    await dialog.getByText('Between two dots there is something missing.').waitFor();
    await hands.write(domain, '*.Corp.Example.');
    await dialog.getByText('something missing').waitFor({ state: 'hidden' });
    await hands.press(dialog.getByRole('button', { name: 'Set up…' }));
    await dialog.getByText('Choose at least one computer.').waitFor();
    await bob.settle();
    assert.deepEqual(await bob.axe(), []);
    await hands.choose(dialog.getByRole('combobox', { name: 'Computer' }), server);
    await dialog.getByRole('button', { name: `Take out ${server}` }).waitFor();
    await bob.settle();
    assert.deepEqual(await bob.axe(), []);
    await hands.press(dialog.getByRole('button', { name: 'Set up…' }));
    await hands.press(dialog.getByRole('button', { name: 'Set up', exact: true }));
    await page.getByText(`Names under corp.example are asked of ${server}.`).waitFor();
    return 'corp.example';
  });
  await story.step('the open page of another shows it, and it is taken back and set up again', async () => {
    await removeIt.waitFor();
    await hands.press(page.getByRole('button', { name: 'Undo' }));
    await removeIt.waitFor({ state: 'hidden' });
    const routes = [{ suffix: 'corp.example', servers: [server] }];
    const { status, text } = await ada.ask('POST', `/subscriptions/${subscription}/changes`, {
      changes: [{ do: 'set-dns-routes', routes }],
    });
    assert.equal(status, 200, text);
    await page.getByRole('button', { name: 'Edit corp.example' }).waitFor();
    return 'Undo took it away in both browsers';
  });
  await story.step('what somebody else changed meanwhile is not overwritten', async () => {
    await hands.press(page.getByRole('button', { name: 'Edit corp.example' }));
    await hands.pick(dialog.getByRole('radiogroup', { name: 'Who asks them' }), 'All machines');
    await changedBy(ada);
    await hands.press(dialog.getByRole('button', { name: 'Change…' }));
    await dialog.getByText('Somebody else changed corp.example meanwhile.').waitFor();
    assert.deepEqual(await bob.axe(), []);
    await hands.press(dialog.getByRole('button', { name: 'Cancel' }));
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('All machines ask').waitFor();
    return 'the other’s stays';
  });
  await story.step('on a phone, light and dark, it is as good', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(SCREENS.phone);
      await bob.settle();
      assert.deepEqual(await bob.axe(), []);
    }
    assert.deepEqual([...ada.takeFindings(), ...bob.takeFindings()], []);
    return 'axe finds nothing, and no page complained';
  });
}

/** With the mouse, in the other browser. */
async function changedBy(visit: Visit): Promise<void> {
  const { page } = visit;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Edit corp.example' }).click();
  await dialog.getByRole('radio', { name: 'All machines' }).check();
  await dialog.getByRole('button', { name: 'Change…' }).click();
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}
