/**
 * A new password: whoever has the old cookie is out, the browser in which it was typed stays in.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { Story } from '../scenarios/story.ts';
import { type HostileNetwork, PASSWORD } from './hostile-network.ts';

const NEW_PASSWORD = 'another brick kettle violet';
/** Longer than the portal waits before it says that the server does not answer. */
const LIVE_AGAIN_MS = 6_000;

export async function newPassword(story: Story, browser: Browser, network: HostileNetwork): Promise<void> {
  await story.step('a new password ends a stolen session, and not the one in which it was typed', async () => {
    await using bob = await network.visitOf(browser, 'bob');
    await using thief = await network.visitOf(browser, 'bob');
    await thief.goTo('/account');
    await bob.goTo('/account');
    const before = await bob.context.cookies();
    const { page } = bob;
    await page.getByRole('button', { name: 'Change password' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your present password').fill(PASSWORD);
    await dialog.getByLabel('New password', { exact: true }).fill(NEW_PASSWORD);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.waitForTimeout(LIVE_AGAIN_MS);
    assert.equal(new URL(page.url()).pathname, '/account');
    assert.notDeepEqual(await bob.context.cookies(), before);
    assert.equal((await bob.ask('GET', '/account')).status, 200);
    await thief.page.reload();
    await thief.page.waitForURL(/\/sign-in/);
    assert.equal((await thief.ask('GET', '/account')).status, 401);
    assert.deepEqual([...bob.takeFindings()], []);
    return 'one browser goes on with another cookie; the other, with the old one, has to sign in';
  });
}
