/**
 * A change of policy as a person makes it on the policy page: up to the dialog that shows what it would do,
 * then the click that does it.
 */
import type { Page } from 'playwright-core';
import type { Visit } from '#lab/browser/visit.ts';

/** Names of two groups. */
export type Pair = readonly [string, string];

const REMEMBER_CLICKS = `document.addEventListener('click', (event) => {
  globalThis.clickedAt = performance.timeOrigin + event.timeStamp;
}, true)`;

export async function openPolicy(visit: Visit, subscription: string): Promise<void> {
  await visit.goTo(`/s/${subscription}/policy?view=table`);
  await visit.page.evaluate(REMEMBER_CLICKS);
}

/** @returns once the dialog says what connecting the two would do */
export async function proposeConnecting(page: Page, [a, b]: Pair): Promise<void> {
  const form = page.getByRole('form', { name: /^Connect/ });
  for (const [label, name] of [
    ['Connect', a],
    ['to', b],
  ] as const) {
    await form.getByRole('combobox', { name: label, exact: true }).fill(name);
    const list = page.getByRole('listbox', { name: label, exact: true });
    await list.getByRole('option', { name, exact: true }).click();
  }
  await form.getByRole('button', { name: 'Connect…' }).click();
}

/** @returns once the dialog says what cutting the two would do */
export async function proposeCutting(page: Page, [a, b]: Pair): Promise<void> {
  await page.getByLabel('Find groups and roles').fill(a);
  await page.getByRole('button', { name: new RegExp(`^Cut (${a} from ${b}|${b} from ${a})$`) }).click();
}

/** @returns when the click was, in milliseconds of the Unix epoch */
export async function confirm(page: Page, verb: string): Promise<number> {
  const button = page.getByRole('dialog').getByRole('button', { name: verb, exact: true });
  await button.click();
  const at = await page.evaluate<number>('globalThis.clickedAt');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  return at;
}
