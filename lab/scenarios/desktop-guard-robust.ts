/** The second half of `desktop-guard`: what befalls an application in its life, and that it comes through. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { AgentOnHost } from '../causeway.ts';
import { until } from '../causeway.ts';
import type { Desk } from '../desktop/desk.ts';
import { DesktopApplication } from '../desktop/desktop-application.ts';
import type { ElectronRuntime } from '../desktop/electron-runtime.ts';
import type { Host, Program } from '../hosts/host.ts';
import type { Story } from './story.ts';

export interface BadlyTreated {
  readonly application: DesktopApplication;
  readonly agent: AgentOnHost;
  readonly desk: Desk;
  readonly runtime: ElectronRuntime;
  readonly host: Host;
  /** A whole activation token. */
  readonly token: string;
}

const SETTINGS = '.config/Causeway/causeway-desktop.json';

export async function treatBadly(story: Story, treated: BadlyTreated): Promise<void> {
  const { desk, runtime, host, token } = treated;
  let { application } = treated;
  const connected = () =>
    application.page
      .getByRole('region', { name: 'Connectivity' })
      .getByText('Connected', { exact: true })
      .waitFor({ timeout: 20_000 });
  const offers = () => application.page.getByText('Join this network?');
  const startAgain = async (...words: string[]) => {
    const [program = '', ...before] = application.command;
    const { code, timedOut } = await host.run([program, ...before, ...words], { environment: desk.environment });
    assert(!timedOut, 'the second start did not end');
    return code;
  };

  await story.step('a link that is opened while it runs is offered in the window, and used by nobody', async () => {
    await startAgain(`causeway://activate?token=${token.slice(0, -3)}`);
    await startAgain('causeway://forget');
    await startAgain('https://example.com/');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await offers().count(), 0, 'a broken link is offered');
    await startAgain(`causeway://activate?token=${token}`);
    await offers().first().waitFor({ timeout: 5_000 });
    assert.equal((await treated.agent.status()).summary, 'connected');
    return desk.picture('link-offered');
  });
  await story.step('so is an activation file, also by a relative path', async () => {
    await application.page.reload();
    await connected();
    await host.write('/run/desk/contoso.causeway', `# contoso\n${token}\n`);
    await host.write('/run/desk/large.causeway', `${'#'.repeat(10_000)}\n${token}\n`);
    await startAgain('/run/desk/large.causeway');
    await startAgain('/run/desk/not-there.causeway');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await offers().count(), 0);
    const [program = '', ...before] = application.command;
    await host.must(['sh', '-c', 'cd /run/desk && exec "$@"', 'sh', program, ...before, 'contoso.causeway'], {
      environment: desk.environment,
    });
    await offers().first().waitFor({ timeout: 5_000 });
    return desk.picture('file-offered');
  });
  await story.step('hidden, it is told nothing; shown again, it says at once what has changed meanwhile', async () => {
    await application.page.reload();
    await connected();
    await application.page.evaluate('globalThis.told = 0; causeway.listen(() => { told++; }); undefined');
    await desk.closeWindow('Causeway');
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // what was under way when it was closed
    const before = Number(await application.page.evaluate('told'));
    await treated.agent.must('down');
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    assert.equal(Number(await application.page.evaluate('told')) - before, 0);
    await startAgain();
    await application.page.getByText('Switched off').first().waitFor({ timeout: 2_000 });
    await treated.agent.must('up');
    await connected();
    return 'not one event in four seconds, though the agent was switched off';
  });
  await story.step('the page’s process is killed: the window comes back, and says what is true', async () => {
    const before = Date.now();
    for (const pid of renderersOf(application.program)) process.kill(pid, 'SIGKILL');
    await application.program.prints(/the window's page has ended/);
    await application.letGo();
    application = await application.lookAgain();
    await connected();
    return `after ${Date.now() - before} ms (${await desk.picture('page-killed')})`;
  });
  await story.step('SIGTERM ends every process of it, and leaves the agent alone', async () => {
    const pids = familyOf(application.program.pid);
    assert(pids.length > 2, 'it has no processes');
    await application.letGo();
    await application.program.end('SIGTERM');
    await until(
      async () => pids.every((pid) => !isRunning(pid)),
      5_000,
      () => `still there: ${pids.filter(isRunning).map(commandOf).join('\n')}`,
    );
    assert.equal((await treated.agent.status()).summary, 'connected');
    return `${pids.length} processes`;
  });
  await story.step('a settings file that can not be read is put aside and said, and the window opens', async () => {
    const settings = `${desk.environment.HOME}/${SETTINGS}`;
    const kept = await host.must(['cat', settings]);
    assert.match(kept, /"width"/);
    await host.write(settings, kept.slice(0, 30));
    application = await DesktopApplication.start(treatedOptions());
    await connected();
    assert.match(application.program.output, /preferences could not be read/);
    assert.equal(await host.must(['cat', `${settings}.unreadable`]), kept.slice(0, 30));
    return desk.picture('settings-spoilt');
  });
  await story.step('it ends', async () => {
    await application.letGo();
    await application.program.end('SIGTERM');
    return 'ended';
  });

  function treatedOptions() {
    return { host, desk, runtime, directory: story.lab.directory };
  }
}

/** Of the program and all that it has started, as the lab's own process counts them. */
function familyOf(root: number): number[] {
  const family = [root];
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      parents.set(Number(name), Number(fields[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  for (const pid of family) for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

function renderersOf({ pid }: Program): number[] {
  const renderers = familyOf(pid).filter((pid) => commandOf(pid).includes('--type=renderer'));
  assert(renderers.length > 0, 'the page has no process');
  return renderers;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  return commandOf(pid) !== '';
}
