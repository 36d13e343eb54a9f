/**
 * `npm run desktop:demo`: a relay, two machines and a laptop with the desktop application, all on this
 * computer. The window is on your own screen where there is one (DISPLAY), and otherwise on an invisible one,
 * of which pictures are taken.
 *
 *     npm run desktop:demo                 stays up afterwards, until Ctrl-C or Quit
 *     npm run desktop:demo -- --once       ends after the steps
 *     npm run desktop:demo -- --unseen     on the invisible screen in any case
 */
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { enterEnclosure } from '../hosts/enclosure.ts';
import { Narration } from '../narration.ts';
import { LAB_COMMANDS, obstacle } from '../prerequisites.ts';
import { type Story, tellScenario } from '../scenarios/story.ts';
import { offerServices } from '../traffic/probes.ts';
import { DESK_COMMANDS, Desk } from './desk.ts';
import { DesktopApplication, type Screen } from './desktop-application.ts';
import { electronRuntime } from './electron-runtime.ts';

const PICTURES = join(ROOT, 'dist/pictures/desktop-demo');
const once = process.argv.includes('--once');
const ownScreen = process.argv.includes('--unseen') || !process.env.DISPLAY ? undefined : process.env.DISPLAY;
const narration = new Narration(process.stdout, process.env);

const runtime = electronRuntime();
const needs = ownScreen === undefined ? [...LAB_COMMANDS, ...DESK_COMMANDS] : LAB_COMMANDS;
const skipped = typeof runtime === 'string' ? runtime : obstacle(needs, (sentence) => narration.line(sentence));
if (skipped === null) await demo();
else {
  narration.line(`The demo can not run here. ${skipped}`);
  process.exitCode = 1;
}

async function demo(): Promise<never> {
  const enclosure = await enterEnclosure();
  narration.title('Causeway on a laptop: the window, the icon in the tray, and a network behind them');
  const scenario = { name: 'desktop-demo', shows: '', needs: [], lab: STANDARD_LAB, tell };
  const { ok } = await tellScenario(scenario, enclosure, narration);
  process.exit(ok ? 0 : 1);
}

async function tell(story: Story): Promise<void> {
  if (typeof runtime === 'string') throw new Error(runtime);
  const { causeway, administrator } = await story.startCauseway();
  const [laptop, sql01, web1] = [story.lab.host('laptop'), story.lab.host('sql01'), story.lab.host('web-1')];
  const [staff, databases] = [await administrator.group('staff'), await administrator.group('databases')];
  const web = await administrator.role('web');
  let token = '';
  await story.step('Two machines are members: sql01 in the office, web-1 in the cloud', async () => {
    for (const side of [databases, web]) await administrator.connect(staff, side);
    await causeway.activate(sql01, await administrator.token(databases));
    await causeway.activate(web1, await administrator.token(web));
    for (const host of [sql01, web1]) await offerServices(host);
    await causeway.startAgent(laptop);
    token = await administrator.token(staff);
    return 'They may be reached by the group staff, which nobody is in yet. On the laptop the agent runs, and is not activated.';
  });
  const desk = ownScreen === undefined ? await Desk.open(laptop, PICTURES) : undefined;
  const screen: Screen = desk ?? {
    start: (label, command) => laptop.spawn(label, command, { environment: yours(ownScreen ?? '') }),
  };
  let application: DesktopApplication | undefined;
  await story.step('The application starts on the laptop', async () => {
    application = await DesktopApplication.start({
      host: laptop,
      desk: screen,
      runtime,
      directory: story.lab.directory,
    });
    await application.page.getByText('Not activated').first().waitFor();
    return `Electron ${runtime.version}, ${where()}${desk === undefined ? '' : ` (${await desk.picture('not-activated')})`}`;
  });
  if (application === undefined) return;
  const { page, program } = application;
  if (desk !== undefined || once) {
    await story.step('The token is pasted, and the laptop is connected', async () => {
      await page.getByRole('textbox', { name: 'Activation token' }).fill(token);
      await page.getByRole('button', { name: 'Activate', exact: true }).click();
      await page.getByText('Connected', { exact: true }).first().waitFor({ timeout: 30_000 });
      await page.getByText('sql01', { exact: true }).first().waitFor();
      await laptop.must(['ping', '-c', '2', '-i', '0.2', 'sql01']);
      await page.getByText('connected', { exact: true }).first().waitFor();
      return `The window lists sql01 and web-1, and sql01 answers a ping${desk === undefined ? '' : ` (${await desk.picture('connected')})`}.`;
    });
  }
  await application.letGo();
  if (!once) {
    narration.line(stays(token));
    await Promise.race([aborted(story.stop), ended(program)]);
  }
  if (program.running) await program.end('SIGTERM');
  narration.line('\nEverything is taken down.');
}

function where(): string {
  return ownScreen === undefined
    ? `on an invisible screen; pictures are in ${PICTURES}`
    : `on your screen (${ownScreen})`;
}

/** What a program needs to draw on the screen of the person who runs the demo. */
function yours(display: string): Record<string, string> {
  const cookie = process.env.XAUTHORITY ?? join(process.env.HOME ?? '/root', '.Xauthority');
  return { DISPLAY: display, XAUTHORITY: cookie, HOME: '/run/desk', NO_AT_BRIDGE: '1' };
}

function stays(token: string): string {
  const activate = ownScreen === undefined ? '' : `\nPaste this token in the window:\n\n  ${token}\n`;
  return `${activate}
The network stays up. From another terminal, in this directory:

  npm run demo -- shell laptop causeway status      what the agent has proven, and when
  npm run demo -- shell laptop ping sql01           the computer in the office, by name
  npm run demo -- shell laptop causeway down        and see the window say so

Ctrl-C ends everything, and so does Quit in the icon's menu.`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function ended(program: { readonly running: boolean }): Promise<void> {
  while (program.running) await new Promise((resolve) => setTimeout(resolve, 500));
}
