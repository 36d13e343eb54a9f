/**
 * Takes pictures of the desktop window in every state, light and dark, in every language, in the system's
 * high contrast, and as small as it gets, for people to look through. Says what axe finds and what the console and the Content-Security-Policy object to; fails if there
 * is anything.
 *
 *     npm run pictures:desktop                     all, into dist/pictures/window
 *     npm run pictures:desktop -- connected away   only these
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
const PAGES_AT_ONCE = 6;
/** Until what was told stands there. */
const TALKS_MS = 1_200;

const chosen = process.argv.slice(2);
mkdirSync(FOLDER, { recursive: true });
const { directory } = await buildDesktop();
await using server = await PageServer.listen(join(directory, 'window'));
const browser = await openBrowser();
const findings: string[] = [];
try {
  const scenes = SCENES.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
  const waiting = scenes.flatMap((scene) => LOOKS.map((look) => () => picture(browser, scene, look)));
  const worker = async () => {
    for (let take = waiting.shift(); take !== undefined; take = waiting.shift()) {
      await take().catch((error: unknown) => findings.push(String(error)));
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

async function picture(browser: Browser, scene: Scene, { name: look, language, ...looks }: Look): Promise<void> {
  await using visit = await Visit.begin(browser, server.origin, { viewport: DEFAULT_PLACE, ...looks });
  const { page } = visit;
  using window = await PlayedWindow.open(page, { ...scene.play, preferences: { language } });
  await visit.goTo('/index.html');
  await window.tellThePast();
  await page.waitForTimeout(TALKS_MS);
  await scene.act?.(page, WORDS[language], window);
  await visit.settle();
  const name = `${scene.name}-${look}-${language}`;
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  const found = [...(await visit.axe()), ...visit.takeFindings(), ...window.bugs];
  const wider = await page.evaluate<number>(
    'document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth',
  );
  if (wider > 0) found.push(`the page is ${wider} pixels wider than the window`);
  findings.push(...found.map((text) => `${name}: ${text}`));
}
