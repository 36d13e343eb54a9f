/**
 * The administrator's product as a newcomer meets it: from the link that the server prints to a connection
 * that carries and is cut, in a real browser, with real agents, and with no word from outside the pages.
 * Told twice: with the mouse, and with the keyboard alone.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { packageAgent } from '#build/agent-package.ts';
import { run } from '#build/command.ts';
import { ROOT } from '#build/portal-config.ts';
import { openBrowser } from '../browser/browser.ts';
import { type Hands, keyboard, mouse } from '../browser/hands.ts';
import { portalAddresses, SCREENS } from '../browser/portal-pages.ts';
import { Visit } from '../browser/visit.ts';
import { Causeway, until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { fetchPage, offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

const SERVER = 'https://relay.lab';
const NAME = 'olivia';
const PASSWORD = 'tidewater lantern 42';
/** What the installer writes is the host's own. */
const OWN = ['/opt', '/usr/local/bin', '/var/log'];
const INSTALL_MS = 120_000;
const PICTURES = join(ROOT, 'dist/pictures/portal');

export const portal: Scenario = {
  name: 'portal',
  shows: 'a newcomer with a browser: first run, install, group, role, a connection drawn, used and cut',
  needs: ['chromium'],
  builds: true,
  lab: STANDARD_LAB,
  tell: (story) => tell(story, mouse),
};

export const portalKeyboard: Scenario = {
  name: 'portal-keys',
  shows: 'the same with the keyboard alone',
  needs: ['chromium'],
  builds: true,
  lab: STANDARD_LAB,
  tell: (story) => tell(story, keyboard),
};

async function tell(story: Story, handsOf: (page: Page) => Hands): Promise<void> {
  const { lab } = story;
  const [sql01, web1] = [lab.host('sql01'), lab.host('web-1')];
  await story.step('portal and agent are built', async () => {
    await run(process.execPath, ['build/portal.ts'], { cwd: ROOT });
    return `${(await packageAgent()).split('/').at(-1)}`;
  });
  let link = '';
  await story.step('the relay server starts, and prints one link', async () => {
    ({ link } = await Causeway.firstStart(lab.host('relay')));
    return link.replace(/#.*/, '#…');
  });
  await using browser = await openBrowser({ names: { 'relay.lab': lab.host('relay').address } });
  await using visit = await Visit.begin(browser, SERVER, { viewport: SCREENS.wide });
  const { page } = visit;
  const hands = handsOf(page);
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const dialog = page.getByRole('dialog');
  const confirm = async (name: string) => {
    const effect = dialog.getByText(/gain|lose|nobody|no machine/i).first();
    await effect.waitFor();
    const sentence = (await effect.textContent()) ?? '';
    await hands.press(dialog.getByRole('button', { name, exact: true }));
    await dialog.waitFor({ state: 'hidden' });
    return sentence;
  };

  await story.step('the link makes the first owner and the first subscription', async () => {
    await page.goto(link);
    await hands.write(page.getByLabel('Your name to sign in'), NAME);
    assert(!page.url().includes('cws_'), 'the secret stays in the address');
    await hands.write(page.getByLabel('Your name as others see it'), 'Olivia Martin');
    await hands.write(page.getByLabel('Password', { exact: true }), PASSWORD);
    await hands.write(page.getByLabel('Name of the subscription'), 'contoso');
    await hands.press(button('Set up this server'));
    await page.getByRole('heading', { name: 'Get started' }).waitFor();
    // A page that is loaded anew forgets it.
    await page.evaluate('globalThis.sameSinceTheBeginning = true');
    return new URL(page.url()).pathname;
  });
  await story.step('the page shows a Linux command, and sql01 runs it as it is', async () => {
    await hands.press(button('Show the install command'));
    const command = await shownCommand(page);
    await offerServices(sql01);
    return install(sql01, command);
  });
  await story.step('sql01 appears by itself, and the first step turns green', async () => {
    await page.getByText(/sql01 is here, connected/).waitFor();
    return 'without loading the page again';
  });
  await story.step('a group is made, with sql01 in it', async () => {
    await hands.write(page.getByLabel('Name of the group'), 'SQL servers');
    await hands.press(button('Make the group'));
    const effect = await confirm('Make the group');
    await page.getByText(/SQL servers, with 1 computer/).waitFor();
    return effect;
  });
  await story.step('a role is made', async () => {
    await hands.press(page.getByRole('link', { name: 'Roles', exact: true }));
    await hands.press(button('New role').first());
    await hands.write(dialog.getByLabel('Name'), 'Web');
    await hands.press(dialog.getByRole('button', { name: /Create/ }));
    await page.getByRole('heading', { name: 'Web', level: 1 }).waitFor();
    return 'Web';
  });
  await story.step('the role is connected to the group', async () => {
    await hands.press(page.getByRole('link', { name: 'Policy', exact: true }));
    if (hands.name === 'mouse') await drawLine(page, 'Web', 'SQL servers');
    else {
      await hands.turnTo(page.getByRole('tab', { name: 'Table' }));
      await hands.choose(page.getByRole('combobox', { name: 'Connect', exact: true }), 'Web');
      await hands.choose(page.getByRole('combobox', { name: 'to', exact: true }), 'SQL servers');
      await hands.press(button('Connect…'));
    }
    return confirm('Connect');
  });
  await story.step('an instance joins by the command that the guide shows for the role', async () => {
    await hands.press(page.getByRole('link', { name: 'Get started' }));
    await hands.press(button('Show how to start Web'));
    const said = await install(web1, await shownCommand(page));
    await page.getByText(/web-1 is here/).waitFor();
    return said;
  });
  await story.step('curl on web-1 reaches sql01 by its bare name', async () => {
    const milliseconds = await waitForPage(web1, 'sql01');
    return `${await fetchPage(web1, 'sql01')}, after ${milliseconds} ms`;
  });
  await story.step('the line is cut, and the same curl fails', async () => {
    await hands.press(page.getByRole('link', { name: 'Policy', exact: true }));
    await cutLine(page, hands);
    const effect = await confirm('Cut');
    await until(
      async () => (await fetchPage(web1, 'sql01', 1)) === null,
      3_000,
      () => 'sql01 is still reached',
    );
    return effect;
  });
  await story.step('undone, it carries again', async () => {
    await hands.press(button('Undo'));
    return `after ${await waitForPage(web1, 'sql01')} ms`;
  });
  await reachSaysWhy(story, page, hands);
  await story.step('the page was never loaded again, and nothing was wrong with it', async () => {
    assert.equal(await page.evaluate('globalThis.sameSinceTheBeginning'), true);
    assert.deepEqual(visit.takeFindings(), []);
    return 'no error, no breach of the policy, nobody else was asked';
  });
  if (hands.name === 'mouse') await picturesOfAll(story, visit);
}

async function reachSaysWhy(story: Story, page: Page, hands: Hands): Promise<void> {
  await story.step('“Can A reach B?” says why', async () => {
    await hands.press(page.getByRole('link', { name: 'Can A reach B?' }));
    const from = page.getByRole('combobox', { name: /from|can/i });
    if (hands.name === 'keyboard') await typeInHaste(page, hands, from);
    await hands.choose(from, 'web-1');
    await hands.choose(page.getByRole('combobox', { name: /reach|to/i }), 'sql01');
    const reason = page
      .getByRole('main')
      .getByText(/The role Web.*SQL servers/)
      .first();
    await reason.waitFor();
    return (await reason.textContent()) ?? '';
  });
}

/** Enter that comes before the answer to what was written takes nothing of the answer before it. */
async function typeInHaste(page: Page, hands: Hands, field: Locator): Promise<void> {
  await hands.write(field, 'sql01');
  await page.locator('[role=option][data-combobox-selected]', { hasText: 'sql01' }).waitFor();
  await hands.write(field, 'web-1');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(500); // until what was taken, if anything, would be shown
  assert.equal(await field.inputValue(), 'web-1');
}

/** Every page, light and dark, on a wide screen and on a phone, for people to look through; axe looks too. */
async function picturesOfAll(story: Story, first: Visit): Promise<void> {
  await story.step('every page is pictured, and axe finds nothing', async () => {
    mkdirSync(PICTURES, { recursive: true });
    const browser = first.context.browser();
    assert(browser !== null);
    const inside = [
      'groups/SQL%20servers',
      'roles/Web',
      'computers/sql01',
      'policy?view=table',
      'start',
      'groups?view=arrange',
    ];
    const reach = 'reach?from=web-1&to=sql01';
    const addresses = [...portalAddresses('contoso'), ...[...inside, reach].map((page) => `/s/contoso/${page}`)];
    const found: string[] = [];
    for (const [screen, viewport] of Object.entries(SCREENS)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await using visit = await Visit.begin(browser, SERVER, { viewport, colorScheme });
        await visit.context.addCookies(await first.context.cookies());
        for (const address of addresses) {
          await visit.goTo(address);
          const name = address.replace(/[^\w-]+/g, '-').replace(/^-|-$/g, '');
          await visit.page.screenshot({ path: join(PICTURES, `${name}-${screen}-${colorScheme}.png`) });
          const wider = await visit.page.evaluate<number>(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          const wrong = [...(await visit.axe()), ...visit.takeFindings()];
          if (wider > 0) wrong.push(`${wider} pixels wider than the screen`);
          found.push(...wrong.map((text) => `${address} (${screen}, ${colorScheme}): ${text}`));
        }
      }
    }
    assert.deepEqual(found, []);
    return `${addresses.length} pages, four times each, in dist/pictures/portal`;
  });
}

async function shownCommand(page: Page): Promise<string> {
  const command = page.getByText(/linux\.sh/).first();
  await command.waitFor();
  return (await command.textContent())?.trim() ?? '';
}

/** Runs the line as root has it, without sudo, which Debian's servers do not all have. */
async function install(host: Host, command: string): Promise<string> {
  for (const path of OWN) await host.must(['mount', '-t', 'tmpfs', 'tmpfs', path]);
  const output = await host.must(['sh', '-c', command.replace('sudo ', '')], { timeoutMs: INSTALL_MS });
  assert.match(output, /Connected\./);
  return output.split('\n').find((line) => line.includes('causeway.internal')) ?? '';
}

/** From the dot at one thing's edge to the middle of the other. */
async function drawLine(page: Page, from: string, to: string): Promise<void> {
  const node = (name: string) =>
    page.locator('.react-flow__node').filter({ has: page.getByRole('link', { name, exact: true }) });
  const boxOf = async (locator: Locator) =>
    atRest(async () => {
      const box = await locator.boundingBox();
      assert(box !== null, 'the picture does not show both');
      return box;
    });
  const dot = await boxOf(node(from).locator('.react-flow__handle-right').first());
  const target = await boxOf(node(to));
  await page.mouse.move(dot.x + dot.width / 2, dot.y + dot.height / 2);
  await page.mouse.down();
  await page.mouse.move(target.x + target.width / 2, target.y + target.height / 2, { steps: 12 });
  await page.mouse.up();
}

async function cutLine(page: Page, hands: Hands): Promise<void> {
  if (hands.name === 'keyboard') {
    await hands.turnTo(page.getByRole('tab', { name: 'Table' }));
    await hands.press(page.getByRole('button', { name: /^Cut/ }));
    return;
  }
  await page.locator('.react-flow__edge-interaction').first().waitFor({ state: 'attached' });
  const seen = await atRest(() => page.evaluate<Place>(MIDDLE_OF_THE_LINE));
  await page.mouse.click(seen.x, seen.y);
  await page.getByRole('button', { name: 'Cut', exact: true }).click();
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** The picture moves until it fits: what is to be pointed at has to be there still a moment later. */
async function atRest<Where extends Place>(look: () => Promise<Where>): Promise<Where> {
  let seen = await look();
  await until(
    async () => {
      const before = seen;
      await sleep(200);
      seen = await look();
      return Math.abs(seen.x - before.x) < 1 && Math.abs(seen.y - before.y) < 1;
    },
    10_000,
    () => 'the picture does not come to rest',
  );
  return seen;
}

/** A curve's box is mostly empty: its middle is asked of the path itself. */
const MIDDLE_OF_THE_LINE = `(() => {
  const curve = document.querySelector('.react-flow__edge-interaction');
  const { x, y } = curve.getPointAtLength(curve.getTotalLength() / 2);
  const { a, d, e, f } = curve.getScreenCTM();
  return { x: x * a + e, y: y * d + f };
})()`;
