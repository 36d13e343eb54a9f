/**
 * Takes pictures of the desktop window in every state, light and dark, in every language, in the system's
 * high contrast, and as small as it gets, for people to look through. Says what axe finds and what the console and the Content-Security-Policy object to; fails if there
 * is anything.
 *
 *     npm run pictures:desktop                     all, into dist/pictures/window
 *     npm run pictures:desktop -- connected away   only these states
 *     npm run pictures:desktop -- connected small  only this state, and only as small as it gets
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { buildDesktop } from '#build/desktop.ts';
import { ROOT } from '#build/portal-config.ts';
import { language } from '#electron/ipc/schema.ts';
import { DEFAULT_PLACE, LEAST_SIZE } from '#electron/main/window-place.ts';
import { WORDS } from '#renderer/words/use-words.ts';
import { openBrowser } from '../../browser/browser.ts';
import { Visit, type VisitOptions } from '../../browser/visit.ts';
import { PageServer } from './page-server.ts';
import { SCENES, type Scene } from './played-scenes.ts';
import { PlayedWindow } from './played-window.ts';

const FOLDER = join(ROOT, 'dist/pictures/window');
interface Look extends Pick<VisitOptions, 'viewport' | 'colorScheme' | 'forcedColors'> {
  readonly name: string;
  readonly language: keyof typeof WORDS;
}
const LOOKS: readonly Look[] = [
  ...language.options.flatMap((language) =>
    (['light', 'dark'] as const).map((colorScheme): Look => ({ name: colorScheme, language, colorScheme })),
  ),
  { name: 'contrast', language: 'en', colorScheme: 'dark', forcedColors: 'active' },
  // German has the longer words.
  { name: 'small', language: 'de', viewport: { width: LEAST_SIZE.minWidth, height: LEAST_SIZE.minHeight } },
];
const PAGES_AT_ONCE = 3;
/** What keeps a page so long is no busy computer. */
const PATIENCE_MS = 120_000;
/** Until what was told stands there. */
const TALKS_MS = 1_200;

const chosen = process.argv.slice(2);
mkdirSync(FOLDER, { recursive: true });
const { directory } = await buildDesktop();
await using server = await PageServer.listen(join(directory, 'window'));
const browser = await openBrowser();
const findings: string[] = [];
try {
  const looks = chosenOf(LOOKS);
  const waiting = chosenOf(SCENES).flatMap((scene) => looks.map((look) => ({ scene, look })));
  const worker = async () => {
    for (let take = waiting.shift(); take !== undefined; take = waiting.shift()) {
      const { scene, look } = take;
      await picture(browser, scene, look).catch((error: unknown) => findings.push(`${nameOf(scene, look)}: ${error}`));
    }
  };
  // Side by side: most of the time is waiting.
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, worker));
} finally {
  await browser.close();
}
for (const finding of findings) console.log(finding);
console.log(`${FOLDER}: ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;

/** Those that the command line names; all of them if it names none of this kind. */
function chosenOf<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  const named = all.filter(({ name }) => chosen.includes(name));
  return named.length === 0 ? all : named;
}

function nameOf(scene: Scene, { name, language }: Look): string {
  return `${scene.name}-${name}-${language}`;
}

async function picture(browser: Browser, scene: Scene, look: Look): Promise<void> {
  const { name: _, language, ...options } = look;
  await using visit = await Visit.begin(browser, server.origin, { viewport: DEFAULT_PLACE, ...options });
  const { page } = visit;
  page.setDefaultTimeout(PATIENCE_MS);
  using window = await PlayedWindow.open(page, { ...scene.play, preferences: { language } });
  await visit.goTo('/index.html');
  await window.tellThePast();
  await page.waitForTimeout(TALKS_MS);
  await scene.act?.(page, WORDS[language], window);
  await visit.settle();
  const name = nameOf(scene, look);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  const found = [...(await visit.axe()), ...visit.takeFindings(), ...window.bugs];
  const wider = await page.evaluate<number>(
    'document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth',
  );
  if (wider > 0) found.push(`the page is ${wider} pixels wider than the window`);
  findings.push(...found.map((text) => `${name}: ${text}`));
}
