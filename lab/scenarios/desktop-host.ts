/**
 * The desktop application as the agent's host. No Electron that can be had here brings a Node new enough for
 * the engine, so the built main process runs in plain Node with a double in the place of `electron`; the
 * adapter, the routes, the resolver and the network are real.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { buildDesktop } from '#build/desktop.ts';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import { pings } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

export const desktopHost: Scenario = {
  name: 'desktop-host',
  shows: 'the desktop application runs the agent itself, and leaves the computer as it was',
  needs: [],
  builds: true,
  lab: STANDARD_LAB,
  tell,
};

const DOUBLE = fileURLToPath(new URL('../desktop/double/electron-by-double.ts', import.meta.url));
/** An agent of this computer, asked by its own command. */
const STATUS = ['causeway', 'status', '--json'];

async function tell(story: Story): Promise<void> {
  const { causeway, administrator } = await story.startCauseway();
  const [sql01, web1] = [story.lab.host('sql01'), story.lab.host('web-1')];
  const databases = await administrator.group('databases');
  const web = await administrator.role('web');
  let program: string[] = [];
  let application: Program | undefined;
  let before = '';
  const start = () => {
    application = sql01.spawn('desktop', program, { environment: { CAUSEWAY_DOUBLE_HOME: '/run/home' } });
    return application;
  };
  await story.step('web-1 has the agent; sql01 has none, and the application is built for it', async () => {
    await administrator.connect(web, databases);
    await causeway.activate(web1, await administrator.token(web));
    const { directory } = await buildDesktop();
    program = [process.execPath, '--import', DOUBLE, `${directory}/main.js`];
    await (await causeway.startAgent(sql01)).stop(); // for its command, which talks to whoever answers
    before = await snapshot(sql01);
    return `Node ${process.versions.node}, with a double of Electron`;
  });
  await story.step('the application starts, finds no agent, and is one', async () => {
    await start().prints(/^tray: Causeway: Not activated/m);
    const users = await sql01.must(['sh', '-c', 'stat -c %a /run/causeway/agent.sock']);
    assert.equal(users, '600');
    assert(!/does not answer/.test(application?.output ?? ''), 'it missed an agent that it was just starting');
    return 'Its own window and the command reach it by the same local API.';
  });
  await story.step('it is activated, and carries packets', async () => {
    await causeway.agent('sql01').must('up', '--token', await administrator.token(databases), '--name', 'sql01');
    await application?.prints(/^tray: .*Connected/m);
    await until(
      () => pings(web1, 'sql01'),
      10_000,
      () => 'web-1 can not ping sql01',
    );
    return (await sql01.must(['ip', '-brief', 'address', 'show', 'causeway0'])).replace(/\s+/g, ' ');
  });
  await story.step('a second agent is refused, and the first goes on', async () => {
    const { code, stderr } = await causeway.agent('sql01').causeway(['agent']);
    assert.equal(code, 1);
    assert.match(stderr, /already runs here/);
    assert(await pings(web1, 'sql01'));
    return stderr.trim().split('\n')[0] ?? '';
  });
  await story.step('it quits, and the computer is as it was before the process ends', async () => {
    await application?.end('SIGTERM');
    assert.equal(await snapshot(sql01), before);
    assert.match(application?.output ?? '', /tray: gone\n$/, 'the icon went before everything was undone');
    assert(!(await pings(web1, 'sql01')));
    return 'no adapter, no routes, no names, no socket, no process';
  });
  await story.step('started again it is connected by itself; killed, the next one tidies up', async () => {
    await start().prints(/^tray: .*Connected/m);
    await application?.end('SIGKILL');
    assert.notEqual(await snapshot(sql01), before, 'a kill leaves nothing, so this shows nothing');
    await start().prints(/^tray: .*Connected/m);
    await application?.end('SIGTERM');
    assert.equal(await snapshot(sql01), before);
    return 'as it was';
  });
  await story.step('where the installed agent runs, the application is its guest, and leaves it running', async () => {
    await causeway.startAgent(sql01);
    await causeway.agent('sql01').connected();
    await start().prints(/^tray: .*Connected/m);
    assert(!/agent is ready/.test(application?.output ?? ''), 'it started an engine of its own');
    await application?.end('SIGTERM');
    assert((await sql01.run(STATUS)).code === 0, 'the agent went with it');
    assert(await pings(web1, 'sql01'));
    return 'connected before, during and after';
  });
}

/** What an agent changes on a computer. */
async function snapshot(host: Host): Promise<string> {
  const parts = [
    'ip -brief link',
    'ip address show',
    'ip route',
    'ip -6 route',
    'cat /etc/resolv.conf',
    'ls /run/causeway',
  ];
  const text = await host.must(['sh', '-c', `${parts.map((part) => `${part} 2>&1`).join('; echo; ')}; true`]);
  return text.replace(/\bexpires \d+sec|valid_lft \S+|preferred_lft \S+/g, '');
}
