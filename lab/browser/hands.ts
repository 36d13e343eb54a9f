/**
 * How a person does things on a page: with the mouse, or with the keyboard alone. The same story is told
 * with both. The keyboard's way never clicks, and never puts the focus anywhere but by Tab and the keys that
 * a page offers: what it can not reach so, nobody can.
 */
import type { Locator, Page } from 'playwright-core';

export interface Hands {
  readonly name: 'mouse' | 'keyboard';
  /** Presses a button, follows a link, ticks a box. */
  press(target: Locator): Promise<void>;
  /** Writes into a field, in place of what is there. */
  write(field: Locator, text: string): Promise<void>;
  /** Chooses in a field with a list, by the beginning of what it is called. */
  choose(field: Locator, option: string): Promise<void>;
  /** Turns to a tab, beside the one that is shown. */
  turnTo(tab: Locator): Promise<void>;
}

/** More stops than any page has before what is looked for. */
const TABS_MAX = 120;
const TABS_IN_ROW_MAX = 8;

export function mouse(page: Page): Hands {
  return {
    name: 'mouse',
    press: (target) => target.click(),
    write: (field, text) => field.fill(text),
    async choose(field, option) {
      await field.click();
      await field.fill(option);
      await page.getByRole('option', { name: option }).first().click();
    },
    turnTo: (tab) => tab.click(),
  };
}

export function keyboard(page: Page): Hands {
  const press = async (target: Locator) => {
    await walkTo(page, target);
    // Space ticks, Enter follows; a button takes either.
    await page.keyboard.press((await isBox(target)) ? 'Space' : 'Enter');
  };
  const write = async (field: Locator, text: string) => {
    await walkTo(page, field);
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  };
  return {
    name: 'keyboard',
    press,
    write,
    async choose(field, option) {
      await write(field, option);
      await page.getByRole('option', { name: option }).first().waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    },
    async turnTo(tab) {
      // A row of tabs is one stop; the arrows go from one to the next (ARIA Authoring Practices, Tabs).
      await walkTo(page, page.getByRole('tab', { selected: true }));
      for (let arrows = 0; arrows < TABS_IN_ROW_MAX && !(await hasFocus(tab)); arrows++) {
        await page.keyboard.press('ArrowRight');
      }
      await page.keyboard.press('Enter');
    },
  };
}

/** Goes on by Tab until the focus is there. @throws Error with where it went instead */
async function walkTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const seen: string[] = [];
  for (let tabs = 0; tabs <= TABS_MAX; tabs++) {
    if (await hasFocus(target)) return;
    seen.push(await focused(page));
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} can not be reached by Tab; the focus was on ${[...new Set(seen)].slice(-15).join(', ')}`);
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { ownerDocument } = element as unknown as { ownerDocument: { activeElement: unknown } };
    return ownerDocument.activeElement === element;
  });
}

function focused(page: Page): Promise<string> {
  return page.locator(':focus').evaluateAll(([element]) => {
    if (element === undefined) return 'nothing';
    const { tagName, ariaLabel, textContent } = element as unknown as Record<string, string | null>;
    return `${tagName} ${ariaLabel ?? textContent?.slice(0, 30)}`;
  });
}

function isBox(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { tagName, type } = element as unknown as { tagName: string; type?: string };
    return tagName === 'INPUT' && (type === 'checkbox' || type === 'radio');
  });
}
