/**
 * The desktop application on a real Electron, attacked from inside its own page by somebody who has taken it
 * over, and then treated badly: a killed page, a spoilt file, second starts, signals. The window goes on,
 * and nothing comes out. Chromium's own sandbox is off (root in a namespace can not have it), so this shows what
 * the application's settings hold by themselves.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ROOT } from '#build/portal-config.ts';
import { CALLS } from '#electron/ipc/schema.ts';
import { until } from '../causeway.ts';
import type { Outcome } from '../desktop/attacks/attack-page.ts';
import { callWithJunk, flood, lookIntoFrames } from '../desktop/attacks/calls.ts';
import { askForPermissions } from '../desktop/attacks/permissions.ts';
import { goElsewhere, load, NEW_WINDOWS, sendOut, WAYS_ELSEWHERE } from '../desktop/attacks/ways-out.ts';
import { DESK_COMMANDS, Desk } from '../desktop/desk.ts';
import { DesktopApplication } from '../desktop/desktop-application.ts';
import { type ElectronRuntime, electronRuntime } from '../desktop/electron-runtime.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { offerServices } from '../traffic/probes.ts';
import { treatBadly } from './desktop-guard-robust.ts';
import type { Scenario, Story } from './story.ts';

const PICTURES = join(ROOT, 'dist/pictures/desktop-guard');
const PAGE = 'causeway-window://app/index.html';
/** A page that answers, so that what is refused is refused by the application. */
const WEB = 'http://127.0.0.1/';
const FLOOD = 10_000;
const ELSEWHERE = [WEB, 'file:///etc/passwd', 'causeway-window://other/index.html', 'data:text/html,x'];
/** Those that a call without fields can not harm. */
const HARMLESS = new Set(['state', 'peers', 'preferences', 'about', 'refresh', 'diagnose', 'up', 'changePreferences']);

export const desktopGuard: Scenario = {
  name: 'desktop-guard',
  shows: 'the window’s page taken over, killed and flooded on a real Electron: it gets nothing, and comes back',
  needs: ['chromium', ...DESK_COMMANDS],
  prepare: () => {
    const runtime = electronRuntime();
    return typeof runtime === 'string' ? runtime : null;
  },
  builds: true,
  lab: STANDARD_LAB,
  tell,
};

async function tell(story: Story): Promise<void> {
  const runtime = electronRuntime();
  if (typeof runtime === 'string') throw new Error(runtime);
  const { causeway, administrator } = await story.startCauseway();
  const [laptop, sql01] = [story.lab.host('laptop'), story.lab.host('sql01')];
  const [staff, databases] = [await administrator.group('staff'), await administrator.group('databases')];
  await administrator.connect(staff, databases);
  const token = await administrator.token(staff);
  await causeway.activate(sql01, await administrator.token(databases));
  const agent = await causeway.activate(laptop, token);
  const desk = await Desk.open(laptop, PICTURES);
  let application: DesktopApplication | undefined;
  const heard: string[] = [];
  await story.step('the application starts on a connected computer', async () => {
    application = await DesktopApplication.start({ host: laptop, desk, runtime, directory: story.lab.directory });
    application.page.on('console', (message) => heard.push(message.text()));
    await stillWorks(application);
    await offerServices(laptop);
    await laptop.must(['curl', '--silent', '--fail', WEB]);
    return `Electron ${runtime.version} (${await desk.picture('connected')})`;
  });
  assert(application !== undefined);
  await attack(story, application, heard, runtime);
  await story.step('it opens no window', async () => {
    assert(application !== undefined);
    await application.letGo();
    await application.lookPlainly(async ({ evaluate, pages }) => {
      for (const address of ELSEWHERE) {
        for (const way of NEW_WINDOWS) await evaluate(`(${goElsewhere})(${JSON.stringify({ way, address })})`);
        assert.deepEqual(await pages(), [PAGE]);
      }
    });
    application = await application.lookAgain();
    await stillWorks(application);
    return NEW_WINDOWS.join(', ');
  });
  await story.step(
    'nothing has leaked: not in answers, not on the console, not in the log, not on the disk',
    async () => {
      assert(application !== undefined);
      const secrets = [token, ...(await secretsOf(laptop))];
      const kept = await laptop.must(['sh', '-c', `cat ${desk.environment.HOME}/.config/*/causeway-desktop.json`]);
      const said = [...heard, application.program.output, kept].join('\n');
      for (const secret of secrets) assert(!said.includes(secret), 'a secret has come out');
      assert(!/\bat .*main\.js:\d+/.test(heard.join('\n')), 'the page was told where something failed');
      return `${secrets.length} secrets looked for in ${said.length} characters`;
    },
  );
  await treatBadly(story, { application, agent, desk, runtime, host: laptop, token });
}

async function attack(
  story: Story,
  application: DesktopApplication,
  heard: string[],
  runtime: ElectronRuntime,
): Promise<void> {
  const { page } = application;
  await story.step('every call with everything that it is not meant for is refused', async () => {
    // Without fields it opens a dialog, as it should; unit tests give it junk.
    const names = Object.keys(CALLS).filter((name) => name !== 'saveDiagnostics');
    const before = await page.evaluate('causeway.call("preferences", {})');
    const { outcomes, answers } = await page.evaluate(callWithJunk, [
      ...names,
      'toString',
      '__proto__',
      'constructor',
      '',
    ]);
    heard.push(...answers);
    const wrong = outcomes.filter(
      ({ tried, came }) => !isRefusal(came) && !(came === 'ok' && HARMLESS.has(tried.split(' ')[0] ?? '')),
    );
    assert.deepEqual(wrong, []);
    assert.deepEqual(await page.evaluate('causeway.call("preferences", {})'), before);
    await stillWorks(application);
    return counted(outcomes);
  });
  await story.step(
    `of ${FLOOD.toLocaleString('en')} calls at once most are refused, and all are answered`,
    async () => {
      const { ms, counts } = await page.evaluate(flood, FLOOD);
      assert.equal(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        FLOOD,
      );
      assert((counts.ok ?? 0) < FLOOD / 5, `${counts.ok} were handled`);
      const before = Date.now();
      await until(
        () => answers(application),
        5_000,
        () => 'the main process does not answer',
      );
      story.figures.floodMs = ms;
      return `${JSON.stringify(counts)} in ${ms} ms; answering again ${Date.now() - before} ms later`;
    },
  );
  await story.step('frames have nothing of ours in them', async () => {
    const addresses = ['about:blank', '<p>x</p>', PAGE, WEB, 'file:///etc/passwd', 'data:text/html,x'];
    const outcomes = await page.evaluate(lookIntoFrames, addresses);
    for (const { tried, came } of outcomes) assert.match(came, /^nothing/, `${tried}: ${came}`);
    assert(!outcomes.some(({ came }) => /root:|This is/.test(came)));
    await stillWorks(application);
    return listed(outcomes);
  });
  await story.step('it goes nowhere, and opens nothing', async () => {
    for (const address of ELSEWHERE) {
      for (const way of WAYS_ELSEWHERE.filter((way) => !NEW_WINDOWS.includes(way))) {
        const got = await within(5_000, page.evaluate(goElsewhere, { way, address }), `${way}, ${address}`);
        assert(!got, `${way}: a window with ${address}`);
        assert.equal(page.url(), PAGE, `${way}: it went to ${page.url()}`);
      }
    }
    await dropFile(application);
    assert.equal(page.url(), PAGE, 'a dropped file was opened');
    assert.equal(page.context().pages().length, 1);
    await stillWorks(application);
    return `${WAYS_ELSEWHERE.join(', ')}, and a dropped file`;
  });
  await story.step('it loads nothing but its own files', async () => {
    const own = await page.evaluate('document.querySelector("script[src]").src');
    const [control] = await page.evaluate(load, [String(own)]);
    assert.equal(control?.came, 'loaded', 'not even its own script is loaded');
    const outcomes = await page.evaluate(
      load,
      OUTSIDE.map((path) => `causeway-window://${path}`).concat(`${WEB}x.js`, 'file:///etc/passwd', 'blob:x'),
    );
    assert.deepEqual(
      outcomes.filter(({ came }) => came === 'loaded'),
      [],
    );
    return counted(outcomes);
  });
  await story.step('it sends nothing, and runs no text', async () => {
    const outcomes = await page.evaluate(sendOut, WEB);
    assert.deepEqual(
      outcomes.filter(({ came }) => came.startsWith('done')),
      [],
    );
    return listed(outcomes);
  });
  await story.step('it is allowed nothing', async () => {
    const outcomes = await page.evaluate(askForPermissions);
    // Electron 9 says of every permission that it is there, and then does not give it.
    const given = outcomes.filter(
      ({ tried, came }) => came === 'granted' && !(runtime.old && tried.startsWith('whether')),
    );
    assert.deepEqual(given, []);
    await stillWorks(application);
    return listed(outcomes);
  });
}

/** Files beside and above the page, by every spelling. */
const OUTSIDE = [
  'app/../main.js',
  'app/..%2fmain.js',
  'app/%2e%2e/main.js',
  'app/%2e%2e%2fmain.js',
  'app/..%5cmain.js',
  'app/assets/..%2f..%2fmain.js',
  'app/%252e%252e%252fmain.js',
  'app//etc/passwd',
  'app/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
  'app/index.html%00.js',
  'other/index.html',
  'app/preload.cjs',
  'app/..%2fpackage.json',
];

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no end of: ${what}`)), ms).unref());
  return Promise.race([work, late]);
}

/** As if somebody let a file fall into the window. */
async function dropFile({ page }: DesktopApplication): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: ['/etc/passwd'], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const sent = session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
    // This old Chromium leaves some of them unanswered.
    await Promise.race([sent.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  await session.detach();
}

/** The page shows what is true, and main answers it. */
async function stillWorks(application: DesktopApplication): Promise<void> {
  const { page, program } = application;
  assert(program.running, 'the main process has ended');
  await until(
    () => answers(application),
    10_000,
    () => 'the main process does not answer the page',
  );
  await page.getByRole('region', { name: 'Connectivity' }).getByText('Connected', { exact: true }).waitFor();
}

async function answers({ page }: DesktopApplication): Promise<boolean> {
  const answer = await page.evaluate('causeway.call("about", {})');
  return (answer as { ok: boolean }).ok;
}

function isRefusal(came: string): boolean {
  return came.startsWith('threw') || came === 'MESSAGE_MALFORMED' || came === 'RATE_LIMITED';
}

function counted(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const { came } of outcomes) counts.set(came.slice(0, 60), (counts.get(came.slice(0, 60)) ?? 0) + 1);
  return [...counts].map(([came, count]) => `${count}× ${came}`).join('\n');
}

function listed(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ tried, came }) => `${tried}: ${came}`).join('\n');
}

/** The private halves of the machine's keys: the public ones are shown to whoever signs it. */
async function secretsOf(host: Host): Promise<string[]> {
  const identity = JSON.parse(await host.must(['cat', '/var/lib/causeway/identity.json'])) as {
    readonly signing: { readonly d: string };
    readonly tunnel: { readonly d: string };
  };
  const secrets = [identity.signing.d, identity.tunnel.d];
  for (const secret of secrets) assert.match(secret, /^[\w-]{43}$/);
  return secrets;
}
