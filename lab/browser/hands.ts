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

/** What is asked of the keyboard alone so far. */
export interface KeyboardHands extends Hands {
  /** Opens a menu by its button, and takes an item of it. */
  chooseInMenu(button: Locator, item: Locator): Promise<void>;
  /** Goes to one of several radio buttons. */
  pick(group: Locator, name: string): Promise<void>;
}

/** More stops than any page has before what is looked for. */
const TABS_MAX = 120;
/** Of tabs, radio buttons, items of a menu. */
const IN_ROW_MAX = 8;
const OPTIONS_MAX = 40;
const LIST_CLOSES_MS = 1_000;

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

export function keyboard(page: Page): KeyboardHands {
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
      const wanted = page.getByRole('option', { name: option }).first();
      await wanted.waitFor();
      // Looks before taking: the list may still be the one from before the writing, and begin with another.
      for (let arrows = 0; arrows <= OPTIONS_MAX; arrows++) {
        if (!(await isMarked(wanted))) await page.keyboard.press('ArrowDown');
        else {
          await page.keyboard.press('Enter');
          if (await isGone(wanted)) return;
        }
      }
      throw new Error(`“${option}” can not be chosen by the arrows`);
    },
    async turnTo(tab) {
      // A row of tabs is one stop; the arrows go from one to the next (ARIA Authoring Practices, Tabs).
      await walkTo(page, page.getByRole('tab', { selected: true }));
      await goBy(page, 'ArrowRight', tab);
      await page.keyboard.press('Enter');
    },
    async chooseInMenu(button, item) {
      await press(button);
      await item.waitFor();
      await goBy(page, 'ArrowDown', item);
      await page.keyboard.press('Enter');
    },
    async pick(group, name) {
      // A group of radio buttons is one stop too, and an arrow picks what it goes to.
      await walkTo(page, group.getByRole('radio', { checked: true }), 'attached');
      await goBy(page, 'ArrowRight', group.getByRole('radio', { name, exact: true }));
    },
  };
}

/** Goes on by Tab until the focus is there. @throws Error with where it went instead */
async function walkTo(page: Page, target: Locator, state: 'visible' | 'attached' = 'visible'): Promise<void> {
  await target.waitFor({ state });
  const seen: string[] = [];
  for (let tabs = 0; tabs <= TABS_MAX; tabs++) {
    if (await hasFocus(target)) return;
    seen.push(await focused(page));
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} can not be reached by Tab; the focus was on ${[...new Set(seen)].slice(-15).join(', ')}`);
}

/** Goes on within a row that is one stop of Tab. */
async function goBy(page: Page, key: 'ArrowRight' | 'ArrowDown', target: Locator): Promise<void> {
  for (let arrows = 0; arrows < IN_ROW_MAX; arrows++) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${target} can not be reached by ${key}; the focus is on ${await focused(page)}`);
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

/** Whether Enter would take this option. */
async function isMarked(option: Locator): Promise<boolean> {
  // Taken out and put in again by the answer to a search: then it is not marked.
  const mark = await option.getAttribute('data-combobox-selected', { timeout: LIST_CLOSES_MS }).catch(() => null);
  return mark !== null;
}

function isGone(option: Locator): Promise<boolean> {
  return option.waitFor({ state: 'hidden', timeout: LIST_CLOSES_MS }).then(
    () => true,
    () => false,
  );
}

function isBox(target: Locator): Promise<boolean> {
  return target.evaluate((element) => {
    const { tagName, type } = element as unknown as { tagName: string; type?: string };
    return tagName === 'INPUT' && (type === 'checkbox' || type === 'radio');
  });
}
