/**
 * The desktop application on a real Electron, with its window and its icon on a real (if invisible) screen:
 * what the owner of a computer sees while things come, change, break and mend. For each step there is a
 * picture of the screen, tray included, in dist/pictures/desktop.
 *
 * The agent runs as a service does and the application attaches to it: the Electron that can be had for
 * tests (9.4.1) has Node 12, in which the agent itself does not run.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { ROOT } from '#build/portal-config.ts';
import { until } from '../causeway.ts';
import { DESK_COMMANDS, Desk } from '../desktop/desk.ts';
import { DesktopApplication } from '../desktop/desktop-application.ts';
import { electronRuntime } from '../desktop/electron-runtime.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Scenario } from './story.ts';

const PICTURES = join(ROOT, 'dist/pictures/desktop');
/** The bar: what is broken is said within it. */
const BROKEN_SAID_MS = 5_000;
/** Below the lines that are only read: the address to copy, then "Refresh policy". */
const REFRESH_STEPS = 2;

export const desktop: Scenario = {
  name: 'desktop',
  shows: 'tray icon and window on a real Electron: activate, refresh, break, mend, disabled, quit',
  needs: ['chromium', ...DESK_COMMANDS],
  prepare: () => {
    const runtime = electronRuntime();
    return typeof runtime === 'string' ? runtime : null;
  },
  builds: true,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [laptop, sql01] = [lab.host('laptop'), lab.host('sql01')];
    const runtime = electronRuntime();
    if (typeof runtime === 'string') throw new Error(runtime);
    const { causeway, administrator } = await story.startCauseway();
    const staff = await administrator.group('staff');
    const databases = await administrator.group('databases');
    const agent = await causeway.startAgent(laptop);
    await causeway.activate(sql01, await administrator.token(databases));
    const desk = await Desk.open(laptop, PICTURES);
    let application: DesktopApplication | undefined;
    const page = (): Page => {
      assert(application !== undefined);
      return application.page;
    };
    const region = (name: string) => page().getByRole('region', { name, exact: true });
    const button = (name: string) => page().getByRole('button', { name, exact: true });
    /** Waits for a text, takes a picture. @returns what the picture shows */
    const seen = async (what: Locator, picture: string, timeout = 20_000) => {
      try {
        await what.first().waitFor({ timeout });
      } catch (error) {
        await desk.picture(`${picture}-FAILED`);
        throw error;
      }
      return `${((await what.first().textContent()) ?? '').trim().slice(0, 120)} (${await desk.picture(picture)})`;
    };

    await story.step('the application starts', async () => {
      application = await DesktopApplication.start({ host: laptop, desk, runtime, directory: lab.directory });
      await seen(region('Activation').getByText('Not activated'), 'not-activated');
      return `Electron ${runtime.version}; the window says Not activated`;
    });
    await story.step('a token is pasted: activated and connected', async () => {
      const token = page().getByRole('textbox', { name: 'Activation token' });
      const text = await administrator.token(staff);
      await token.fill(text.slice(0, -3));
      await seen(page().getByText(/not a whole token/), 'token-mistyped');
      await token.fill(text);
      await button('Activate').click();
      const said = await seen(region('Connectivity').getByText('Connected', { exact: true }), 'connected', 30_000);
      assert.equal((await agent.status()).summary, 'connected');
      return said;
    });
    await story.step('the policy changes; Refresh, chosen in the icon’s menu, brings the new peer', async () => {
      await administrator.connect({ kind: 'group', id: staff.id }, { kind: 'group', id: databases.id });
      await desk.chooseInTrayMenu(REFRESH_STEPS, () => desk.picture('tray-menu'));
      const peer = page()
        .getByRole('list', { name: /Machines you can reach/ })
        .getByText('sql01', { exact: true });
      const said = await seen(peer, 'refreshed');
      await laptop.must(['ping', '-c', '2', '-i', '0.2', 'sql01']);
      return `${said}; it pings`;
    });
    await story.step('the relay is killed: within five seconds the window says what is broken', async () => {
      const killed = Date.now();
      await causeway.killRelay();
      await region('Connectivity').getByText('Not connected').waitFor({ timeout: BROKEN_SAID_MS });
      const after = Date.now() - killed;
      story.figures.brokenSaidMs = after;
      return `${await seen(page().getByText(/can not be reached/), 'relay-killed')}, after ${after} ms`;
    });
    await story.step('the relay is back: connected, without a click', async () => {
      const restarted = Date.now();
      await causeway.restartRelay();
      const said = await seen(region('Connectivity').getByText('Connected', { exact: true }), 'relay-back', 30_000);
      return `${said}, ${Date.now() - restarted} ms after it began to start`;
    });
    await story.step('an administrator disables the machine: said in words', async () => {
      await administrator.attempt('PATCH', '/machines/laptop', { disabled: true });
      return seen(page().getByText(/administrator has disabled/i), 'disabled');
    });
    await story.step('and enables it: connected again', async () => {
      await administrator.attempt('PATCH', '/machines/laptop', { disabled: false });
      const tryAgain = button('Try again now');
      // By itself it tries again within a minute; whoever reads what is wrong clicks.
      if (await tryAgain.isVisible()) await tryAgain.click();
      return seen(region('Connectivity').getByText('Connected', { exact: true }), 'enabled', 70_000);
    });
    await story.step('the agent is killed: nothing is said to be connected', async () => {
      await agent.kill();
      await until(
        async () => !(await region('Connectivity').getByText('Connected', { exact: true }).isVisible()),
        BROKEN_SAID_MS,
        () => 'the window still says Connected',
      );
      const said = await seen(region('Connectivity'), 'agent-gone');
      await agent.start();
      await seen(region('Connectivity').getByText('Connected', { exact: true }), 'agent-back', 30_000);
      return said;
    });
    await story.step('disconnected: adapter and routes are gone', async () => {
      await button('Disconnect').click();
      await region('Connectivity').getByText('Switched off').waitFor();
      assert.equal((await laptop.run(['ip', 'link', 'show', 'causeway0'])).code, 1);
      assert.equal((await laptop.must(['ip', 'route'])).includes('causeway0'), false);
      return seen(region('Connectivity').getByText('Switched off'), 'off');
    });
    await story.step('closing the window leaves the icon; Quit in its menu ends every process', async () => {
      assert(application !== undefined);
      const { program } = application;
      await application.letGo();
      await desk.run(['xdotool', 'search', '--name', '^Causeway$', 'windowclose']);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      assert(program.running, 'closing the window ended the application');
      await desk.picture('window-closed');
      await desk.chooseInTrayMenu(-1);
      await until(
        async () => !program.running,
        10_000,
        () => 'the application did not end',
      );
      await desk.picture('quit');
      return 'ended';
    });
  },
};
