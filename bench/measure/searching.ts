/**
 * How long a search takes from a key to the first row that it finds, letter by letter.
 */
import type { Page } from 'playwright-core';

/** What is typed, and by which name in the first row each letter's answer is known: null if that is there already. */
export interface Word {
  readonly text: string;
  readonly firstNames: readonly (string | null)[];
}

const REMEMBER_KEYS = `document.addEventListener('keydown', () => { globalThis.keyAt = performance.now(); }, true)`;
/** Runs in the page; resolves to milliseconds since the key. */
const untilFirst = (name: string) => `new Promise((resolve) => {
  const look = () => {
    const row = document.querySelector('[role=row][data-index="0"]');
    const found = globalThis.keyAt !== undefined && row !== null && row.textContent.includes(${JSON.stringify(name)});
    if (found) requestAnimationFrame(() => resolve(performance.now() - globalThis.keyAt));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})`;
const LETTERS = 4;
/** Longer than an answer takes. */
const PAUSE_MS = 500;

/** @returns milliseconds for each letter of each word */
export async function measureSearching(page: Page, words: readonly Word[]): Promise<number[]> {
  await page.evaluate(REMEMBER_KEYS);
  const field = page.getByRole('searchbox').first();
  const found: number[] = [];
  for (const { text, firstNames } of words) {
    await field.fill('');
    await field.focus();
    await page.waitForTimeout(PAUSE_MS);
    for (const [index, name] of firstNames.entries()) {
      // Before both: what comes by the debugger and what comes by the keyboard are in no order.
      await page.evaluate('globalThis.keyAt = undefined');
      const shown = name === null ? null : page.evaluate<number>(untilFirst(name));
      await page.keyboard.press(text[index] ?? '');
      if (shown === null) await page.waitForTimeout(PAUSE_MS);
      else found.push(await shown);
    }
  }
  return found;
}

/**
 * The words of which most letters change what is found first, so that it can be seen.
 * @param firstName of what a text finds
 */
export async function tellingWords(
  candidates: readonly string[],
  most: number,
  firstName: (text: string) => Promise<string | undefined>,
): Promise<Word[]> {
  const [words, first] = [[] as Word[], await firstName('')];
  for (const candidate of candidates) {
    const text = candidate.slice(0, LETTERS);
    if (!/^[a-z]+$/.test(text)) continue;
    const firstNames: (string | null)[] = [];
    let before = first;
    for (let length = 1; length <= text.length; length++) {
      const name = await firstName(text.slice(0, length));
      if (name === undefined) break;
      firstNames.push(before?.includes(name) ? null : name);
      before = name;
    }
    if (firstNames.length === LETTERS) words.push({ text, firstNames });
  }
  const seen = ({ firstNames }: Word) => firstNames.filter((name) => name !== null).length;
  return words.sort((a, b) => seen(b) - seen(a)).slice(0, most);
}
