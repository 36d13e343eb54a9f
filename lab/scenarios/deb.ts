/**
 * The Debian package, as its users have it: downloaded by an install link with the token in it, installed,
 * upgraded and purged by the real apt and dpkg, in a root of its own on a computer of the lab.
 */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDeb } from '#build/installers/deb/deb.ts';
import { release } from '#build/release.ts';
import type { InstallPage } from '#protocol/rest/installing.ts';
import type { AgentStatus } from '#protocol/status.ts';
import { until } from '../causeway.ts';
import { DebianRoot, dpkgIsBusy } from '../debian-root.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import { longestSilenceMs } from '../traffic/ping-gaps.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import { restartTimes } from '../traffic/restart-times.ts';
import type { Scenario } from './story.ts';

const NEWER = '99.0.0';
const BROKEN = '99.1.0';
/** Six times what it is to be; a computer that is busy with other things takes some of it. */
const SILENCE_MAX_MS = 30_000;
const LOG = '/var/log/causeway.log';
const BUILD_MS = 120_000;
/** Unpacks a package, lets the agent in it ask for a place that no server has, and packs it again. */
const BREAK = `set -e
dpkg-deb --raw-extract "$1" "$3" && cd "$3"
sed -i 's/^Version: .*/Version: ${BROKEN}/' DEBIAN/control && sed -i 's/${NEWER}/${BROKEN}/g' DEBIAN/p*
mv opt/causeway/versions/${NEWER} opt/causeway/versions/${BROKEN} && rm DEBIAN/md5sums
sed -i 's#CONTROL_PATH=\\(.\\)/control#CONTROL_PATH=\\1/kontrol#' opt/causeway/versions/${BROKEN}/lib/causeway-main.js
dpkg-deb --root-owner-group -Znone --build . "$2" >/dev/null`;

export const deb: Scenario = {
  name: 'deb',
  shows:
    'the Debian package activates itself, upgrades, is told of newer versions, goes back from what does not connect, and purges',
  needs: [],
  builds: true,
  prepare: () => {
    if (process.getuid?.() !== 0) return 'dpkg installs packages for root only.';
    if (process.arch !== 'x64' && process.arch !== 'arm64') return 'There is no package for this processor.';
    return dpkgIsBusy();
  },
  lab: STANDARD_LAB,
  async tell(story) {
    const [laptop, pc02] = [story.lab.host('laptop'), story.lab.host('pc02')];
    const own = (name: string) => join(story.lab.directory, name);
    const directory = own('downloads');
    const offered = join(directory, `causeway-agent-linux-${process.arch}.deb`);
    const newer = own('newer.deb');
    const keyFile = own('release.pem');
    await story.step('the package is built, and a newer one', async () => {
      await mkdir(directory);
      await buildDeb({ file: offered, level: 1, releaseKey: keyFile });
      await buildDeb({ file: newer, version: NEWER, level: 0, releaseKey: keyFile });
      return offered.split('/').at(-1) ?? '';
    });
    const { causeway, administrator } = await story.startCauseway(undefined, ['--downloads', directory]);
    const root = await DebianRoot.on(laptop);
    const before = await root.added();
    let machine: AgentStatus['machine'] = null;
    let link = { id: '', url: '' };
    const status = async () => JSON.parse(await root.must(['causeway', 'status', '--json'])) as AgentStatus;
    const connected = async () => {
      let last: AgentStatus | undefined;
      await until(
        async () => (await root.run(['causeway', 'status', '--connected'])).code === 0,
        60_000,
        () => `it is ${last?.summary}`,
      );
      last = await status();
      return last;
    };

    await story.step('the link’s package is downloaded with the token in it', async () => {
      const staff = await administrator.group('staff', { interconnected: true });
      link = (await administrator.attempt('POST', '/install-links', { group: staff.id })).body as typeof link;
      const [page = '', token = ''] = link.url.split('#');
      await causeway.activate(pc02, await administrator.token(staff));
      await offerServices(pc02);
      const shown = await laptop.must(['curl', '-sk', page.replace('/install/', '/api/v1/install/')]);
      const { downloads } = JSON.parse(shown) as InstallPage;
      const file = downloads.find(({ kind }) => kind === 'deb');
      assert(file !== undefined);
      const began = performance.now();
      await root.must(
        ['sh', '-c', 'cd /root && curl -fsSk -OJ --data-urlencode token@- "$1"', 'sh', `${page}/download/${file.file}`],
        { input: token },
      );
      story.figures.downloadMs = Math.round(performance.now() - began);
      return `${file.file}, ${(file.bytes / 1e6).toFixed(1)} MB`;
    });
    await story.step('apt installs it, and it activates itself', async () => {
      await root.mustApt('install', `/root/causeway-agent-linux-${process.arch}.deb`);
      ({ machine } = await connected());
      assert.equal(machine?.memberOf, 'staff');
      await waitForPage(root, 'pc02');
      return `${machine?.fullName}, nobody typed anything`;
    });
    await story.step('the token lies nowhere any more', async () => {
      const secret = link.url.split('#')[1] ?? '';
      const places = ['/var/lib/dpkg', '/var/lib/causeway', '/opt/causeway/current/share', '/etc', '/run', '/var/log'];
      const found = await root.run(['grep', '-rlsF', secret, ...places]);
      assert.equal(found.stdout, '');
      assert.equal(await root.must(['dpkg', '--verify', 'causeway']), '');
      return places.join(', ');
    });
    await story.step('apt upgrades it: the same machine, connected again', async () => {
      await root.offer(newer);
      const identity = await root.must(['sha256sum', '/var/lib/causeway/identity.json']);
      const ping = root.spawn('ping', ['ping', '-D', '-i', '0.2', '-W', '1', 'pc02']);
      await ping.prints(/icmp_seq=5 /);
      const said = await root.mustApt('upgrade');
      assert.match(said, new RegExp(`Setting up causeway \\(${NEWER}\\)`));
      const now = await connected();
      assert.deepEqual([now.version, now.machine], [NEWER, machine]);
      assert.equal(await root.must(['sha256sum', '/var/lib/causeway/identity.json']), identity);
      const answered = /icmp_seq=(\d+) (?!.*icmp_seq)/s.exec(ping.output)?.[1] ?? '0';
      await ping.prints(new RegExp(`icmp_seq=${Number(answered) + 5} `));
      await ping.end('SIGINT');
      const silence = longestSilenceMs(ping.output);
      const times = restartTimes(await root.must(['cat', LOG]));
      Object.assign(story.figures, {
        upgradeSilenceMs: silence,
        upgradeReadyMs: times.ready,
        upgradeControlMs: times.controlOnline,
        upgradeRelayMs: times.relayOnline,
      });
      assert(silence < SILENCE_MAX_MS, `pings were unanswered for ${silence} ms; ${JSON.stringify(times)}`);
      assert.equal(await root.must(['ls', '/opt/causeway/versions']), NEWER);
      return `pings were unanswered for ${silence} ms; ${times.relayOnline} ms after the one before was stopped, the new one was at the relay`;
    });
    await story.step('the agent says that its server has a newer version, once it is offered to it', async () => {
      await laptop.must(['sh', '-c', BREAK, 'sh', newer, offered, own('broken')], { timeoutMs: BUILD_MS });
      await release({ directory, keyFile, version: BROKEN, rollout: 0 });
      const early = await root.run(['causeway', 'update', '--if-offered']);
      assert.match(early.stderr, /UPDATE_NONE/);
      await release({ directory, keyFile, version: BROKEN });
      // It asks some seconds after its start, and then for hours no more.
      await root.must(['/opt/causeway/current/share/switch-version.sh', `/opt/causeway/versions/${NEWER}`]);
      await until(
        async () => (await status()).notice?.code === 'UPDATE_AVAILABLE',
        60_000,
        () => 'it says nothing',
      );
      return (await status()).notice?.message ?? '';
    });
    await story.step('that version can not connect, and is taken back by itself', async () => {
      await connected();
      const update = await root.run(['causeway', 'update'], {
        timeoutMs: BUILD_MS,
        environment: { CAUSEWAY_CONNECT_PATIENCE: '8' },
      });
      assert.match(update.stderr, /the new version did not connect.*the one before runs again/);
      assert.match(update.stderr, /UPDATE_FAILED/);
      const now = await connected();
      assert.deepEqual([now.version, now.machine], [NEWER, machine]);
      await waitForPage(root, 'pc02');
      return `${BROKEN} asked its server in vain; ${NEWER} runs`;
    });
    await story.step('what its makers did not sign is not installed', async () => {
      await release({ directory, keyFile: own('another.pem'), version: '100.0.0' });
      assert.match((await root.run(['causeway', 'update'])).stderr, /RELEASE_FORGED/);
      return 'a release by another key';
    });
    await story.step('the package is purged, and leaves nothing', async () => {
      await root.mustApt('purge', 'causeway');
      const left = (await root.added()).filter((path) => !before.includes(path));
      assert.deepEqual(left, []);
      assert.equal((await root.run(['grep', '^causeway:', '/etc/group'])).code, 1);
      assert.equal((await root.run(['dpkg', '--status', 'causeway'])).code, 1);
      assert.equal((await laptop.run(['ip', 'link', 'show', 'causeway0'])).code, 1);
      return 'no file, no group, no adapter, nothing in dpkg';
    });
  },
};
