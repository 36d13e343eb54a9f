/**
 * The desktop of a role instance in the cloud, by RDP from the office under its bare name. Not run with the
 * others: on a busy computer the server now and then paints nothing, and what it then waits for is not known.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { DESKTOP_COMMANDS, RemoteDesktop, startDesktopServer } from '../remote-desktop.ts';
import { ACCOUNT, ACCOUNT_HOME, makeAccount } from '../ssh.ts';
import type { Scenario } from './story.ts';

const ROOT = join(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'dist/pictures/remote-desktop');
const PASSWORD = randomBytes(12).toString('hex');

export const remoteDesktop: Scenario = {
  name: 'remote-desktop',
  shows: 'RDP from the office to a role instance by name: its login, its desktop, and a command typed there',
  needs: DESKTOP_COMMANDS,
  prepare: () =>
    process.getuid?.() === 0
      ? null
      : 'A server of desktops changes to other users, for which the lab has to be run as root.',
  byHand: true,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab } = story;
    const [pc02, web1] = [lab.host('pc02'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();
    await story.step('web-1, an instance of the role web, has an account; pc02 reaches web-1', async () => {
      const administrators = await administrator.group('administrators');
      const web = await administrator.role('web');
      await administrator.connect(web, administrators);
      await causeway.activate(pc02, await administrator.token(administrators));
      await causeway.activate(web1, await administrator.token(web));
      // As in shadow(5).
      await makeAccount(web1, await web1.must(['openssl', 'passwd', '-6', '-stdin'], { input: PASSWORD }));
      return ACCOUNT;
    });
    let desktop: RemoteDesktop | null = null;
    let seen = '';
    await story.step(
      'RDP: FreeRDP on pc02 shows the login of web-1, by its bare name and its certificate',
      async () => {
        mkdirSync(PICTURES, { recursive: true });
        const keep = [lab.directory, ROOT];
        const fingerprint = await startDesktopServer(web1, keep);
        desktop = await RemoteDesktop.open(pc02, keep, 'web-1', fingerprint);
        seen = await desktop.picture(join(PICTURES, 'login.png'));
        return 'dist/pictures/remote-desktop/login.png';
      },
    );
    await story.step('a login by keyboard opens the desktop, and its terminal is on web-1', async () => {
      assert(desktop !== null);
      await desktop.type(PASSWORD);
      const running = async () => (await web1.run(['pgrep', '--uid', ACCOUNT, 'xterm'])).code === 0;
      await until(running, 30_000, () => 'no session began');
      seen = await desktop.picture(join(PICTURES, 'desktop.png'), seen);
      await desktop.type('hostname | tee typed; uptime');
      const typed = async () => (await web1.run(['cat', `${ACCOUNT_HOME}/typed`])).stdout === 'web-1\n';
      await until(typed, 15_000, () => 'what was typed did not arrive');
      await desktop.picture(join(PICTURES, 'desktop.png'), seen);
      return 'what was typed on pc02 was done on web-1: dist/pictures/remote-desktop/desktop.png';
    });
  },
};
