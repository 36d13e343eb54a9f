/**
 * The settings of a subscription: its owner renames it with the keyboard alone and removes it on a phone, and
 * whoever has a page of it open is led along, or told.
 */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { keyboard } from '../browser/hands.ts';
import { SCREENS } from '../browser/portal-pages.ts';
import type { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import type { HostileNetwork } from './hostile-network.ts';

const [BEFORE, AFTER] = ['fabrikam', 'northwind'];

export async function renamedAndRemoved(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await using ada = await network.visitOf(browser, 'ada');
  await using bob = await network.visitOf(browser, 'bob');
  const made = await ada.ask('POST', '/subscriptions', { name: BEFORE });
  assert.equal(made.status, 201, made.text);
  for (const [path, body] of [
    ['groups', { name: 'Office' }],
    ['roles', { name: 'Web' }],
    ['tokens', { group: 'Office' }],
    ['install-links', {}],
    ['connections', { a: { kind: 'role', name: 'Web' }, b: { kind: 'group', name: 'Office' } }],
  ] as const) {
    const { status, text } = await ada.ask('POST', `/subscriptions/${BEFORE}/${path}`, body);
    assert.equal(status, 201, text);
  }
  const key = await ada.ask('POST', '/api-keys', { rights: 'viewer', subscription: BEFORE });
  assert.equal(key.status, 201, key.text);

  await story.step('the owner renames a subscription by keyboard, and the open page of another follows', async () => {
    await bob.goTo(`/s/${BEFORE}/groups`);
    await ada.goTo(`/s/${BEFORE}/computers`);
    const hands = keyboard(ada.page);
    await hands.press(ada.page.getByRole('link', { name: 'Settings', exact: true }));
    await hands.press(ada.page.getByRole('button', { name: 'Rename…' }));
    const dialog = ada.page.getByRole('dialog');
    await hands.write(dialog.getByLabel('Name of the subscription'), AFTER);
    await ada.settle();
    assert.deepEqual(await ada.axe(), []);
    await hands.press(dialog.getByRole('button', { name: 'Rename', exact: true }));
    await ada.page.waitForURL(`**/s/${AFTER}/settings`);
    await ada.page.getByRole('heading', { name: AFTER }).waitFor();
    await bob.page.waitForURL(`**/s/${AFTER}/groups`);
    await bob.page.getByRole('link', { name: 'Office' }).waitFor();
    return `${BEFORE} is ${AFTER}, in both browsers`;
  });
  await story.step('who is no owner is offered neither', async () => {
    await bob.goTo(`/s/${AFTER}/settings`);
    await bob.page.getByText('Only owners rename or remove it.').waitFor();
    assert.equal(await bob.page.getByRole('button', { name: /Rename|Remove/ }).count(), 0);
    assert.deepEqual(await bob.axe(), []);
    return 'an administrator sees the addresses and the name';
  });
  await story.step('to remove it wants its name typed, and says what goes with it', async () => {
    await ada.page.setViewportSize(SCREENS.phone);
    await ada.goTo(`/s/${AFTER}/settings`);
    const said = await wantsTheName(ada);
    await bob.goTo(`/s/${AFTER}/groups`);
    await ada.page.getByRole('dialog').getByLabel(`Type ${AFTER} to remove it`).fill(AFTER);
    await removeButton(ada.page).click();
    await ada.page.getByText(`The subscription ${AFTER} was removed.`).waitFor();
    await ada.page.waitForURL((url) => url.pathname.startsWith('/s/') && !url.pathname.includes(AFTER));
    await bob.page.getByRole('heading', { name: 'No such subscription' }).waitFor();
    assert.deepEqual(await bob.axe(), []);
    return said;
  });
  await story.step('both stand in the audit of the server, with what there was', async () => {
    const { text } = await ada.ask('GET', '/audit?action=subscription');
    const entries: { action: string; before: unknown; after: unknown }[] = JSON.parse(text).items;
    const told = (action: string) => entries.find((entry) => entry.action === action);
    const [renamed, removed] = [told('subscription.rename'), told('subscription.remove')];
    assert.deepEqual([renamed?.before, renamed?.after], [{ name: BEFORE }, { name: AFTER }]);
    assert.deepEqual(removed?.before, { name: AFTER, machines: 0, groups: 1, roles: 1 });
    const keys = await ada.ask('GET', '/api-keys');
    assert(!keys.text.includes(JSON.parse(key.text).id), 'the API key of the subscription is still there');
    // What was asked for in the moment of the removal is answered with 404, which is no fault.
    assert.deepEqual([...ada.takeFindings(), ...bob.takeFindings()], []);
    return `${BEFORE} → ${AFTER} → nothing; no page complained`;
  });
}

async function wantsTheName(visit: Visit): Promise<string> {
  const { page } = visit;
  await page.getByRole('button', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog');
  const taken = dialog.getByRole('list');
  await taken.waitFor();
  const said = (await taken.getByRole('listitem').allTextContents()).join(' ');
  assert.match(said, /1 group, 1 role and 1 connection\..*1 activation token and 1 install link:.*1 API key/);
  await dialog.getByRole('textbox').fill(BEFORE);
  await removeButton(page).click();
  await dialog.getByText(`This is not its name: ${AFTER}.`).waitFor();
  await visit.settle();
  assert.deepEqual(await visit.axe(), []);
  return said;
}

function removeButton(page: Page) {
  return page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true });
}
