/**
 * Two people edit the same group at the same time: one is told, and nothing that either wrote is lost.
 */
import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import type { Visit } from '../browser/visit.ts';
import type { Story } from '../scenarios/story.ts';
import { type HostileNetwork, SUBSCRIPTION } from './hostile-network.ts';

interface Group {
  readonly name: string;
  readonly description: string;
  readonly version: number;
}

export async function twoEdit(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await using ada = await network.visitOf(browser, 'ada');
  await using bob = await network.visitOf(browser, 'bob');
  const address = `/subscriptions/${SUBSCRIPTION}/groups/${network.group}`;
  const group = async (): Promise<Group> => JSON.parse((await ada.ask('GET', address)).text);

  await story.step('two browsers have the form of the same group open: the one that saves later is told', async () => {
    for (const visit of [ada, bob]) await openForm(visit, network);
    await fill(ada, 'Description', 'as ada wants it');
    await fill(bob, 'Name', 'Shared by bob');
    await fill(bob, 'Description', 'as bob wants it');
    await save(ada);
    await ada.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await save(bob);
    const conflict = changedMeanwhile(bob);
    await conflict.waitFor();
    const shown = (await conflict.textContent()) ?? '';
    assert.match(shown, /Somebody else changed this group meanwhile/);
    assert.match(shown, /as bob wants it/);
    assert.match(shown, /as ada wants it/);
    // What bob typed is still in the form.
    assert.equal(await bob.page.getByLabel('Description').inputValue(), 'as bob wants it');
    assert.equal(await bob.page.getByLabel('Name', { exact: false }).first().inputValue(), 'Shared by bob');
    assert.equal((await group()).description, 'as ada wants it');
    return 'both texts are shown; ada’s is what the server has, bob’s is still in the form';
  });
  await story.step('while bob decides, ada saves again: his answer is not taken for one to that', async () => {
    await openForm(ada, network);
    await fill(ada, 'Description', 'as ada wants it now');
    await save(ada);
    await ada.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await bob.page.getByRole('button', { name: 'Save mine anyway' }).click();
    await changedMeanwhile(bob).getByText('as ada wants it now').waitFor();
    assert.equal((await group()).description, 'as ada wants it now');
    return 'he is told again, with the newer text';
  });
  await story.step('bob saves his anyway: it is there, and what was there before is in the audit', async () => {
    await bob.page.getByRole('button', { name: 'Save mine anyway' }).click();
    await bob.page.getByRole('dialog').waitFor({ state: 'hidden' });
    const { name, description } = await group();
    assert.deepEqual([name, description], ['Shared by bob', 'as bob wants it']);
    const { text } = await ada.ask('GET', '/audit?action=group.change');
    for (const written of ['as it was', 'as ada wants it', 'as ada wants it now', 'as bob wants it']) {
      assert(text.includes(`"${written}"`), `${written} is lost`);
    }
    // The other browser sees it by itself.
    await ada.page.getByRole('heading', { name: 'Shared by bob' }).waitFor({ timeout: 5_000 });
    return 'every text that anybody saved is there or in the audit; ada’s page shows bob’s';
  });
  await story.step('without a browser: of twenty edits of one version at the same time, one is done', async () => {
    const { version } = await group();
    const tries = Array.from({ length: 20 }, async (_, at) => {
      const headers = { 'if-match': `"${version}"`, origin: network.relay.server.url };
      const url = ada.address(`/api/v1${address}`);
      const answer = await ada.context.request.patch(url, { headers, data: { description: `try ${at}` } });
      return { at, status: answer.status(), text: await answer.text() };
    });
    const answers = await Promise.all(tries);
    const done = answers.filter(({ status }) => status === 200);
    assert.equal(done.length, 1);
    for (const { status, text } of answers.filter((answer) => answer !== done[0])) {
      assert.equal(status, 412);
      assert.match(text, /CHANGED_MEANWHILE/);
    }
    assert.deepEqual([(await group()).description, (await group()).version], [`try ${done[0]?.at}`, version + 1]);
    return '19 were refused as CHANGED_MEANWHILE';
  });
  await story.step('no page complained meanwhile', async () => {
    assert.deepEqual([...ada.takeFindings(), ...bob.takeFindings()], []);
    return 'no error, no breach';
  });
}

async function openForm(visit: Visit, network: HostileNetwork): Promise<void> {
  await visit.goTo(`/s/${SUBSCRIPTION}/groups/${network.group}`);
  await visit.page.getByRole('button', { name: 'Edit', exact: true }).click();
  await visit.page.getByRole('dialog').waitFor();
}

async function fill(visit: Visit, label: string, text: string): Promise<void> {
  await visit.page.getByRole('dialog').getByLabel(label).fill(text);
}

async function save(visit: Visit): Promise<void> {
  await visit.page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
}

function changedMeanwhile(visit: Visit): Locator {
  return visit.page.getByRole('region', { name: 'Changed meanwhile' });
}
