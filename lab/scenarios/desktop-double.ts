/**
 * What the owner of a computer sees, told by the keyboard alone: the built application with the agent in it,
 * a double in the place of `electron`, and its window in Debian's Chromium. Adapter, routes, names and network
 * are real. Each state is pictured light and dark, and axe looks at each.
 */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';
import { openBrowser } from '../browser/browser.ts';
import { keyboard } from '../browser/hands.ts';
import { until } from '../causeway.ts';
import { DoubleApplication } from '../desktop/double/double-application.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { difference, snapshot } from '../hosts/snapshot.ts';
import { offerServices, pings } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

const PICTURES = join(ROOT, 'dist/pictures/desktop-double');
/** The bar: what is broken is said within it. */
const BROKEN_SAID_MS = 5_000;
const CONNECTS_MS = 30_000;
/** By itself it tries again within a minute. */
const TRIES_AGAIN_MS = 70_000;

export const desktopDouble: Scenario = {
  name: 'desktop-double',
  shows: 'the desktop application by keyboard alone, in Chromium, with a double of Electron around it',
  needs: ['chromium'],
  lab: STANDARD_LAB,
  tell,
};

async function tell(story: Story): Promise<void> {
  const { lab } = story;
  const [laptop, sql01] = [lab.host('laptop'), lab.host('sql01')];
  const { causeway, administrator } = await story.startCauseway();
  const staff = await administrator.group('staff');
  const databases = await administrator.group('databases');
  await causeway.activate(sql01, await administrator.token(databases));
  await offerServices(sql01);
  const before = await snapshot(laptop);
  await using browser = await openBrowser();
  let application: DoubleApplication | undefined;
  await story.step('the application starts, with the agent in it', async () => {
    application = await DoubleApplication.start({ host: laptop, browser, directory: lab.directory });
    await application.page.getByText('Not activated').first().waitFor({ timeout: CONNECTS_MS });
    return `Node ${process.versions.node} with a double of Electron, Chromium ${browser.version()}`;
  });
  assert(application !== undefined);
  await using shown: DoubleApplication = application;
  const { page, visit } = shown;
  const hands = keyboard(page);
  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
  const connectivity = (word: string) => region('Connectivity').getByText(word, { exact: true });
  const menu = (item: string, label = 'Menu') =>
    hands.chooseInMenu(button(label), page.getByRole('menuitem', { name: item, exact: true }));
  const sql01Answers = () =>
    until(
      () => pings(laptop, 'sql01'),
      CONNECTS_MS,
      () => 'the laptop can not ping sql01',
    );
  /** Pictures, light and dark, of what is there now. @returns what the icon says */
  const look = async (name: string) => {
    mkdirSync(PICTURES, { recursive: true });
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await visit.settle();
      await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`) });
      found.push(...(await visit.axe()).map((text) => `${name} (${colorScheme}): ${text}`));
    }
    const wider = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.equal(wider, 0, `${name} is ${wider} pixels wider than the window`);
    assert.deepEqual([...found, ...shown.takeFindings()], []);
    return `the icon says “${shown.tray?.tooltip}”`;
  };

  await story.step('not activated', () => look('01-not-activated'));
  await story.step('a token is pasted, first with a mistake', async () => {
    const field = page.getByRole('textbox', { name: 'Activation token' });
    const token = await administrator.token(staff);
    await hands.write(field, token.slice(0, -3));
    await page.getByText(/not a whole token/).waitFor();
    await look('02-token-mistyped');
    await hands.write(field, token);
    await page.getByText(/Joins the network at/).waitFor();
    await look('03-token-good');
    await hands.press(button('Activate'));
    await connectivity('Connected').waitFor({ timeout: CONNECTS_MS });
    return look('04-connected');
  });
  await story.step('the policy changes; Refresh brings the new peer, and it pings', async () => {
    await administrator.connect({ kind: 'group', id: staff.id }, { kind: 'group', id: databases.id });
    await hands.press(button('Refresh policy'));
    const peer = page.getByRole('list', { name: /Machines you can reach/ }).getByRole('button', { name: /^sql01/ });
    await peer.waitFor();
    // A busy computer hears of it by itself before the key is pressed; then there is nothing left to bring.
    await page.getByText(/^(Can be reached now: sql01|Nothing has changed)\.$/).waitFor();
    await look('05-refreshed');
    await hands.press(peer);
    await hands.press(button('Ping'));
    const answer = page.getByText(/^Answers in/);
    await answer.waitFor();
    await sql01Answers();
    await look('06-peer');
    return (await answer.textContent()) ?? '';
  });
  await story.step('its page is opened, and its address copied', async () => {
    await hands.press(button('Open HTTP'));
    await hands.press(button(/^Copy the address of sql01/));
    await until(
      async () => shown.opened.length + shown.copied.length === 2,
      5_000,
      () => `opened ${shown.opened}, copied ${shown.copied}`,
    );
    assert.match(shown.opened[0] ?? '', /^http:\/\/sql01\./);
    return `${shown.opened[0]}, ${shown.copied[0]}`;
  });
  await story.step('the checks are run, and saved', async () => {
    await menu('Diagnostics');
    await hands.press(button('Run the checks'));
    await page.getByText(/checks are well/).waitFor({ timeout: CONNECTS_MS });
    await look('07-diagnostics');
    await hands.press(button('Save for support…'));
    const saved = page.getByText(/^Saved as/);
    await saved.waitFor();
    const path = /Saved as (.*)\.$/.exec((await saved.textContent()) ?? '')?.[1] ?? '';
    const text = await laptop.must(['cat', path]);
    assert.match(text, /sql01/);
    await hands.press(button('Back'));
    return `${text.length} bytes, mode ${await laptop.must(['stat', '-c', '%a', path])}`;
  });
  await story.step('the language is changed to German, and back', async () => {
    await menu('Preferences');
    await look('08-preferences');
    // Its name changes with what is picked in it.
    const language = page.getByRole('radiogroup', { name: /^(Language|Sprache)$/ });
    await hands.pick(language, 'Deutsch');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await look('09-preferences-de');
    await hands.press(button('Zurück'));
    await region('Verbindung').getByText('Verbunden', { exact: true }).waitFor();
    const said = await look('10-connected-de');
    await menu('Einstellungen', 'Menü');
    await hands.pick(language, 'English');
    await hands.press(button('Back'));
    await connectivity('Connected').waitFor();
    return said;
  });
  await story.step('the relay is killed: within five seconds window and icon say what is broken', async () => {
    const killed = Date.now();
    await causeway.killRelay();
    await connectivity('Not connected').waitFor({ timeout: BROKEN_SAID_MS });
    await until(
      async () => shown.tray?.icon.startsWith('degraded') === true,
      killed + BROKEN_SAID_MS - Date.now(),
      () => `the icon is ${shown.tray?.icon}`,
    );
    story.figures.brokenSaidMs = Date.now() - killed;
    await page
      .getByText(/^since /)
      .first()
      .waitFor();
    return `after ${story.figures.brokenSaidMs} ms; ${await look('11-relay-killed')}`;
  });
  await story.step('the relay is back: connected, without a key', async () => {
    const restarted = Date.now();
    await causeway.restartRelay();
    await connectivity('Connected').waitFor({ timeout: CONNECTS_MS });
    story.figures.connectedAgainMs = Date.now() - restarted;
    return `${story.figures.connectedAgainMs} ms after it began to start; ${await look('12-relay-back')}`;
  });
  await story.step('an administrator disables the machine: said in words', async () => {
    await administrator.attempt('PATCH', '/machines/laptop', { disabled: true });
    const said = page.getByText(/administrator has disabled/i).first();
    await said.waitFor({ timeout: CONNECTS_MS });
    await look('13-disabled');
    assert(shown.notices.length > 0, 'nobody who does not look at the window is told');
    return `${await said.textContent()} Told beside the window too: ${shown.notices[0]}`;
  });
  await story.step('and enables it: connected again', async () => {
    await administrator.attempt('PATCH', '/machines/laptop', { disabled: false });
    if (await button('Try again now').isVisible()) await hands.press(button('Try again now'));
    await connectivity('Connected').waitFor({ timeout: TRIES_AGAIN_MS });
    return look('14-enabled');
  });
  await story.step('disconnected, and connected', async () => {
    await hands.press(button('Disconnect'));
    await connectivity('Switched off').waitFor();
    assert.equal((await laptop.run(['ip', 'link', 'show', 'causeway0'])).code, 1);
    const said = await look('15-off');
    await hands.press(button('Connect'));
    await connectivity('Connected').waitFor({ timeout: CONNECTS_MS });
    await sql01Answers();
    return said;
  });
  await story.step('Quit, in the icon’s menu: adapter and routes are gone, and the process has ended', async () => {
    shown.chooseInTrayMenu('Quit');
    await until(
      async () => !shown.program.running,
      20_000,
      () => 'the application did not end',
    );
    assert.equal(shown.tray, null);
    assert.equal(
      difference(before, await snapshot(laptop), ['routes', 'addresses', 'rules', 'firewall', 'resolver']),
      '',
    );
    assert.equal(await pings(laptop, 'sql01'), false);
    return 'routes, addresses, rules and names are as they were before the start';
  });
}
