/**
 * The archive for Linux systems that have neither apt nor an install link's line: downloaded with the token in it,
 * unpacked, installed by the script in it, upgraded by a newer one and by `causeway update`, and removed.
 */
import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageAgent } from '#build/agent-package.ts';
import { release } from '#build/release.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { until } from '../causeway.ts';
import { DebianRoot } from '../debian-root.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { longestSilenceMs } from '../traffic/ping-gaps.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import { restartTimes } from '../traffic/restart-times.ts';
import type { Scenario } from './story.ts';

const FILE = `causeway-agent-linux-${process.arch}.tar.gz`;
const [NEWER, NEWEST] = ['99.0.0', '99.1.0'];
const INSTALL_MS = 120_000;
/** Six times what it is to be; a computer that is busy with other things takes some of it. */
const SILENCE_MAX_MS = 30_000;
const CAUSEWAY = '/usr/local/bin/causeway';
const VERSIONS = '/opt/causeway/versions';
const STATE = '/var/lib/causeway';
/** As somebody does it who reads the install page. */
const UNPACK = `rm -rf /root/causeway && tar -xzf "/root/${FILE}" -C /root`;
const INSTALL = '/root/causeway/share/install.sh';

export const archive: Scenario = {
  name: 'archive',
  shows: 'the archive for Linux installs and activates itself, is upgraded by the next one and by its server, and goes',
  needs: [],
  builds: true,
  prepare: () => (process.getuid?.() === 0 ? null : 'The agent is installed by root only.'),
  lab: STANDARD_LAB,
  async tell(story) {
    const [laptop, pc02] = [story.lab.host('laptop'), story.lab.host('pc02')];
    const own = (name: string) => join(story.lab.directory, name);
    const releaseKey = own('release.pem');
    const offered = own(`downloads/${FILE}`);
    await story.step('the archive is packed, and two newer ones', async () => {
      await mkdir(own('downloads'));
      for (const version of [undefined, NEWER, NEWEST]) {
        await packageAgent({ file: own(`${version ?? 'first'}.tar.gz`), version, level: 1, releaseKey });
      }
      await copyFile(own('first.tar.gz'), offered);
      return FILE;
    });
    const { causeway, administrator } = await story.startCauseway(undefined, ['--downloads', own('downloads')]);
    const root = await DebianRoot.on(laptop);
    const before = await root.added();
    const status = async () => JSON.parse(await root.must([CAUSEWAY, 'status', '--json'])) as AgentStatus;
    const connected = async () => {
      const isConnected = async () => (await root.run([CAUSEWAY, 'status', '--connected'])).code === 0;
      await until(isConnected, 60_000, () => 'it does not connect');
      return status();
    };
    let machine: AgentStatus['machine'] = null;
    let token = '';

    await story.step('it is downloaded by a link, unpacked and installed: it activates itself', async () => {
      const staff = await administrator.group('staff', { interconnected: true });
      await causeway.activate(pc02, await administrator.token(staff));
      await offerServices(pc02);
      const made = await administrator.attempt('POST', '/install-links', { group: staff.id });
      const [page = '', secret = ''] = (made.body as { url: string }).url.split('#');
      token = secret;
      const fetch = 'cd /root && curl -fsSk -OJ --data-urlencode token@- "$1"';
      await root.must(['sh', '-c', fetch, 'sh', `${page}/download/${FILE}`], { input: token });
      await root.must(['sh', '-c', UNPACK]);
      const said = await root.must([INSTALL], { timeoutMs: INSTALL_MS });
      assert.match(said, /Causeway is installed/);
      ({ machine } = await connected());
      assert.equal(machine?.memberOf, 'staff');
      await waitForPage(root, 'pc02');
      return `${machine?.fullName}, nobody typed anything`;
    });
    await story.step('the token is in the archive alone', async () => {
      const found = await root.run([
        'grep',
        '-rlsF',
        token,
        STATE,
        '/opt/causeway',
        '/root/causeway',
        '/run',
        '/var/log',
      ]);
      assert.equal(found.stdout, '');
      return 'neither where it was unpacked nor where it is installed';
    });
    await story.step('the next archive upgrades it while it is pinged: the same machine', async () => {
      const identity = await root.must(['sha256sum', `${STATE}/identity.json`]);
      const ping = pc02.spawn('ping', ['ping', '-D', '-i', '0.2', '-W', '1', 'laptop']);
      await ping.prints(/icmp_seq=5 /, 60_000);
      await root.place(own(`${NEWER}.tar.gz`), `/root/${FILE}`);
      await root.must(['sh', '-c', UNPACK]);
      await root.must([INSTALL], { timeoutMs: INSTALL_MS });
      const now = await connected();
      assert.deepEqual([now.version, now.machine], [NEWER, machine]);
      assert.equal(await root.must(['sha256sum', `${STATE}/identity.json`]), identity);
      const answered = /icmp_seq=(\d+) (?!.*icmp_seq)/s.exec(ping.output)?.[1] ?? '0';
      await ping.prints(new RegExp(`icmp_seq=${Number(answered) + 5} `), 60_000);
      await ping.end('SIGINT');
      const silence = longestSilenceMs(ping.output);
      const { relayOnline } = restartTimes(await root.must(['cat', '/var/log/causeway.log']));
      Object.assign(story.figures, { upgradeSilenceMs: silence, upgradeRelayMs: relayOnline });
      assert(silence < SILENCE_MAX_MS, `pings were unanswered for ${silence} ms`);
      assert.match(await root.must(['ls', VERSIONS]), new RegExp(`^${NEWER}-\\d+$`));
      return `pings were unanswered for ${silence} ms; the version before is gone`;
    });
    await story.step('its server offers a newer one, and causeway update installs it', async () => {
      await copyFile(own(`${NEWEST}.tar.gz`), offered);
      await release({ directory: own('downloads'), keyFile: releaseKey, version: NEWEST });
      await root.must([CAUSEWAY, 'update'], { timeoutMs: INSTALL_MS });
      const now = await connected();
      assert.deepEqual([now.version, now.machine], [NEWEST, machine]);
      await waitForPage(root, 'pc02');
      return `${NEWEST} runs`;
    });
    await story.step('it is removed, and leaves nothing', async () => {
      await root.must(['sh', '/opt/causeway/current/share/uninstall.sh'], { timeoutMs: INSTALL_MS });
      const left = (await root.added()).filter((path) => !before.includes(path));
      assert.deepEqual(left, []);
      assert.equal((await root.run(['grep', '^causeway:', '/etc/group'])).code, 1);
      assert.equal((await laptop.run(['ip', 'link', 'show', 'causeway0'])).code, 1);
      assert.equal((await administrator.attempt('GET', '/machines/laptop')).status, 404);
      return 'no file, no group, no adapter, and no machine at the server';
    });
  },
};
