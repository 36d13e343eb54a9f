/**
 * Goes through pages as somebody who presses everything: every button, tab and menu, and what they open;
 * hostile text in every field. Knows nothing of what the pages are for.
 */
import type { Page } from 'playwright-core';
import type { Visit } from '../browser/visit.ts';

export interface Opened {
  /** What was pressed, by its label. */
  readonly pressed: readonly string[];
  /** Dialogs, drawers and menus that came up. */
  readonly dialogs: number;
  /** Of everything that was on the page and in what it opened. */
  readonly text: string;
}

interface Pressable {
  readonly label: string;
  /** The same for all that do the same to different things, as the buttons of a table's rows. */
  readonly kind: string;
  /** `page` but for what lies over it, and `shell` for what is around every page. */
  readonly within: 'page' | 'layer' | 'shell';
  readonly inMenu: boolean;
}

/** Against a page that makes a new kind of button for each that is pressed. */
const PRESSES_MAX = 80;
const TEXT_FIELDS =
  ':is(input[type=text], input[type=search], input[type=password], input[type=email], input:not([type]), textarea):not([readonly]):enabled:visible';
/** Longer than a page waits for the next letter before it searches. */
const SEARCH_MS = 350;
const PAUSE_MS = 120;
const PRESS_TIMEOUT_MS = 1_000;

export class Presser {
  readonly #visit: Visit;
  readonly #typed: string;
  /** Kinds of buttons around the pages: once is enough for all pages. */
  readonly #ofShell = new Set<string>();

  /** @param typed into every field that takes text */
  constructor(visit: Visit, typed: string) {
    this.#visit = visit;
    this.#typed = typed;
  }

  async openEverything(address: string): Promise<Opened> {
    const { page } = this.#visit;
    await this.#visit.goTo(address);
    const own = page.url();
    const done = new Set<string>();
    const [pressed, texts] = [[] as string[], [await textOf(page)]];
    let dialogs = 0;
    let opener = '';
    if (await this.#type()) {
      texts.push(await textOf(page));
      // What was searched for left no rows to press in.
      await this.#visit.goTo(address);
    }
    while (pressed.length < PRESSES_MAX) {
      const next = await this.#next(done);
      if (next === undefined) {
        if ((await layersOf(page)) === 0) break;
        await this.#close();
        continue;
      }
      const layers = await layersOf(page);
      pressed.push(next.label);
      // A menu goes with the first choice: it is opened again for the others.
      if (next.within === 'page') opener = next.kind;
      else if (next.inMenu && next.more) done.delete(opener);
      await this.#press();
      texts.push(await textOf(page));
      const now = await layersOf(page);
      if (now > layers) dialogs++;
      if (now > 0 && (await this.#type())) texts.push(await textOf(page));
      if (new URL(page.url()).pathname !== new URL(own).pathname) await this.#visit.goTo(address);
    }
    return { pressed, dialogs, text: texts.join('\n') };
  }

  /** Marks the first of a new kind, in what lies on top. */
  async #next(done: Set<string>): Promise<(Pressable & { readonly more: boolean }) | undefined> {
    const found: Pressable[] = await this.#visit.page.evaluate(PRESSABLE);
    const isNew = ({ kind, within }: Pressable) => !(within === 'shell' ? this.#ofShell : done).has(kind);
    const at = found.findIndex(isNew);
    const next = found[at];
    if (next === undefined) return undefined;
    (next.within === 'shell' ? this.#ofShell : done).add(next.kind);
    await this.#visit.page.evaluate(`window.__pressable[${at}].setAttribute('data-press', '')`);
    return { ...next, more: found.some(isNew) };
  }

  async #press(): Promise<void> {
    const { page } = this.#visit;
    const button = page.locator('[data-press]');
    const gone = () => undefined; // it went away, or lies under something
    await button.scrollIntoViewIfNeeded({ timeout: PRESS_TIMEOUT_MS }).catch(gone);
    // Some menus go when what is under them scrolls.
    await page.waitForTimeout(PAUSE_MS);
    await button.click({ timeout: PRESS_TIMEOUT_MS }).catch(gone);
    await page.waitForTimeout(PAUSE_MS);
  }

  async #close(): Promise<void> {
    const { page } = this.#visit;
    for (let tries = 0; tries < 3 && (await layersOf(page)) > 0; tries++) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(PAUSE_MS);
    }
    // A form that is not saved asks before it goes; a page that is loaded anew does not.
    if ((await layersOf(page)) > 0) await this.#visit.goTo(page.url());
  }

  /** @returns whether there was a field that was empty */
  async #type(): Promise<boolean> {
    const { page } = this.#visit;
    const top = page.locator((await layersOf(page)) === 0 ? 'body' : TOP_LAYERS).last();
    const fields = top.locator(TEXT_FIELDS);
    let typed = false;
    for (const field of await fields.all()) {
      if ((await field.inputValue({ timeout: PRESS_TIMEOUT_MS }).catch(() => this.#typed)) !== '') continue;
      await field.fill(this.#typed, { timeout: PRESS_TIMEOUT_MS }).catch(() => undefined);
      typed = true;
    }
    if (typed) await page.waitForTimeout(SEARCH_MS);
    return typed;
  }
}

const TOP_LAYERS = ':is([role=dialog], [role=alertdialog], [role=menu]):visible';

async function layersOf(page: Page): Promise<number> {
  return page.evaluate<number>(`${LAYERS}.length`);
}

async function textOf(page: Page): Promise<string> {
  return page.evaluate<string>('document.body.innerText');
}

const LAYERS = `Array.from(document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu]'))
  .filter((layer) => layer.checkVisibility())`;

/** What can be pressed in the top layer, or on the page. */
const PRESSABLE = `(() => {
  for (const marked of document.querySelectorAll('[data-press]')) marked.removeAttribute('data-press');
  const layer = ${LAYERS}.at(-1);
  const isTab = (button) => button.matches('[role=tab], label[data-active]');
  window.__pressable = Array.from((layer ?? document).querySelectorAll(
    'button, [role=menuitem], [role=tab], summary, label[data-active], [role=switch]'))
    .filter((button) => button.checkVisibility() && !button.disabled && button.getAttribute('aria-disabled') !== 'true')
    // What is behind a tab comes after all that is before it.
    .sort((one, other) => isTab(one) - isTab(other));
  return window.__pressable.map((button) => {
    const label = (button.getAttribute('aria-label') ?? button.innerText ?? '').trim();
    const row = button.closest('tr, li, [role=row], [role=listitem], .react-flow__node, .react-flow__edge');
    const peers = row === null ? [] : Array.from(row.querySelectorAll('button, [role=menuitem]'));
    const within = layer !== undefined ? 'layer' : button.closest('main') === null ? 'shell' : 'page';
    // "Remove" of "Remove sql01"; what is no such word is a name.
    const verb = /^[A-Z][a-z]+\\b/.exec(label)?.[0] ?? '';
    const kind = row === null ? label : [row.tagName, row.className, peers.indexOf(button), verb].join(' ');
    return { label, kind: within + ' ' + kind.slice(0, 60), within, inMenu: button.getAttribute('role') === 'menuitem' };
  });
})()`;
