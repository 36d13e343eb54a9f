/**
 * Installing by a link, as somebody does who was sent one: paste a line, and the computer is a machine of
 * the network. The computer has an /opt, /usr/local/bin and /var/log of its own, so nothing of the one
 * that the lab runs on is touched.
 */
import assert from 'node:assert/strict';
import { packageAgent } from '#build/agent-package.ts';
import type { InstallPage } from '#protocol/rest/installing.ts';
import type { MachinePeer } from '#protocol/rest/machines.ts';
import type { Activity } from '#protocol/rest/watching.ts';
import type { AgentStatus } from '#protocol/status.ts';
import type { Administrator } from '../administrator.ts';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario } from './story.ts';

const OWN = ['/opt', '/usr/local/bin', '/var/log'];
/** A host's /etc is links, which groupadd rightly does not follow and other users can not. */
const OWN_ACCOUNTS =
  'for f in passwd group gshadow; do cp -L /etc/$f /etc/$f.own 2>/dev/null || : >/etc/$f.own; mv /etc/$f.own /etc/$f; done; sed -i /^causeway:/d /etc/group /etc/gshadow';
const INSTALL_MS = 120_000;
/** What curl may not do: the script has to find its own way to check the server. */
const PINNED =
  /^curl .*--pinnedpubkey 'sha256\/\/[^']+' https:\/\/relay\.lab\/install\/\w+\/linux\.sh \| sudo sh -s -- '\{token\}'$/;

export const install: Scenario = {
  name: 'install',
  shows: 'one line from an install link installs, activates, upgrades and removes an agent',
  needs: [],
  builds: true,
  lab: STANDARD_LAB,
  async tell(story) {
    const [laptop, pc02] = [story.lab.host('laptop'), story.lab.host('pc02')];
    let line = '';
    let link = '';
    await story.step('the agent is packed', async () => `${(await packageAgent()).split('/').at(-1)}`);
    const { causeway, administrator } = await story.startCauseway();

    await story.step('a link is made for computers of the group staff', async () => {
      const staff = await administrator.group('staff', { interconnected: true });
      const made = bodyOf<{ id: string; url: string }>(
        await administrator.attempt('POST', '/install-links', { description: 'for staff', group: staff.id }),
      );
      link = made.id;
      const page = await pageOf(laptop, made.url);
      assert.match(page.commands.linux, PINNED);
      assert.deepEqual(page.joins, { kind: 'group', name: 'staff' });
      assert.equal(page.downloads.filter(({ kind }) => kind === 'archive').length, 1);
      // Root is who the lab is already.
      line = page.commands.linux.replace('sudo ', '').replace('{token}', made.url.split('#')[1] ?? '');
      await causeway.activate(pc02, await administrator.token(staff));
      await offerServices(pc02);
      return made.url.replace(/#.*/, '#…');
    });
    await story.step('the line is pasted on laptop: it is installed, activated and connected', async () => {
      for (const path of OWN) await laptop.must(['mount', '-t', 'tmpfs', 'tmpfs', path]);
      await laptop.must(['sh', '-c', OWN_ACCOUNTS]);
      const output = await laptop.must(['sh', '-c', line], { timeoutMs: INSTALL_MS });
      assert.match(output, /Connected\./);
      assert.match(output, /laptop\.contoso\.causeway\.internal +100\.\d+\.\d+\.\d+ +fd/);
      const status = await statusOf(laptop);
      assert.equal(status.summary, 'connected');
      assert.equal((await administrator.machine('laptop')).online, true);
      await waitForPage(laptop, 'pc02');
      return output.split('\n').find((text) => text.includes('causeway.internal')) ?? '';
    });
    await story.step('somebody who is not root may use the agent once they are in its group', async () => {
      const asSecond = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'true'];
      if ((await laptop.run(asSecond)).code !== 0) return 'not seen: without root this lab has no second user';
      const group = await laptop.must(['sh', '-c', 'grep ^causeway: /etc/group | cut -d: -f3']);
      const asNobody = (groups: string, ...words: string[]) =>
        laptop.run(['setpriv', '--reuid=65534', '--regid=65534', groups, '/usr/local/bin/causeway', ...words], {
          // Node reads it first of all.
          environment: { OPENSSL_CONF: '/dev/null' },
        });
      const stranger = await asNobody('--clear-groups', 'status');
      assert.match(stranger.stderr, /PRIVILEGE_MISSING.*\n.*usermod -aG causeway nobody/);
      const member = await asNobody(`--groups=${group}`, 'status');
      assert.match(member.stdout, /^Connected\./);
      const leaving = await asNobody(`--groups=${group}`, 'down', '--forget');
      assert.match(leaving.stderr, /PRIVILEGE_MISSING.*take this computer out of its subscription/);
      return 'they see its status, and can not take the computer out of the network';
    });
    await story.step('the portal shows what the agent of laptop says of itself', async () => {
      const shown = bodyOf<{ status: AgentStatus | null }>(
        await administrator.attempt('GET', '/machines/laptop/status'),
      );
      assert.equal(shown.status?.summary, 'connected');
      await administrator.attempt('POST', '/machines/laptop/diagnostics');
      await until(
        async () => (await diagnosticsOf(administrator)).length > 5,
        20_000,
        () => 'no diagnostics came',
      );
      const checks = await diagnosticsOf(administrator);
      assert.deepEqual(
        checks.filter(({ result }) => result !== 'ok'),
        [],
      );
      return `connected; ${checks.length} checks, all ok`;
    });
    await story.step('the portal shows what passes between laptop and pc02', async () => {
      const measure = async () => {
        const activity = bodyOf<Activity>(await administrator.attempt('GET', '/activity'));
        const { items } = bodyOf<{ items: MachinePeer[] }>(
          await administrator.attempt('GET', '/machines/laptop/peers'),
        );
        return { group: activity.groups[0], peer: items[0] };
      };
      await measure();
      await laptop.must(['ping', '-c', '6', '-i', '0.2', 'pc02']);
      const { group, peer } = await measure();
      assert(group !== undefined && peer !== undefined);
      assert.equal(group.pairs, 1);
      assert(group.bytesPerSecond > 500, JSON.stringify(group));
      assert(peer.name === 'pc02' && peer.online, JSON.stringify(peer));
      assert((peer.sentPerSecond ?? 0) > 200 && (peer.receivedPerSecond ?? 0) > 200, JSON.stringify(peer));
      return `${group.bytesPerSecond} bytes a second in the group`;
    });
    await story.step('the line again: it upgrades, and laptop stays the machine that it was', async () => {
      const { machine } = await statusOf(laptop);
      // As if it had been an older version.
      const current = await laptop.must(['readlink', '/opt/causeway/current']);
      await laptop.must(['sh', '-c', 'mv "$1" "$1-old" && ln -sfn "$1-old" /opt/causeway/current', 'sh', current]);
      const before = await agentPid(laptop);
      await laptop.must(['sh', '-c', line], { timeoutMs: INSTALL_MS });
      assert.deepEqual((await statusOf(laptop)).machine, machine);
      assert.notEqual(await agentPid(laptop), before);
      assert.equal(await laptop.must(['ls', '/opt/causeway/versions']), current.split('/').at(-1));
      return 'a new process of the new version; the old version is gone';
    });
    await story.step(
      'the link is switched off: its page and script say so, and its token activates nobody',
      async () => {
        bodyOf(await administrator.attempt('PATCH', `/install-links/${link}`, { enabled: false }));
        const again = await laptop.run(['sh', '-c', line], { timeoutMs: INSTALL_MS });
        assert.notEqual(again.code, 0);
        assert.match(again.stderr, /This install link does not work/);
        assert.equal((await statusOf(laptop)).summary, 'connected');
        const token = /'(cwt1_[^']+)'/.exec(line)?.[1] ?? '';
        const web1 = await causeway.startAgent(story.lab.host('web-1'));
        const refused = await web1.causeway(['up', '--token', token]);
        assert.match(refused.stderr, /INSTALL_LINK_CLOSED/);
        return 'whoever is connected stays so';
      },
    );
    await story.step('it is removed again, and leaves nothing', async () => {
      const uninstall = line.replace(/'cwt1_[^']+'/, '--uninstall');
      bodyOf(await administrator.attempt('PATCH', `/install-links/${link}`, { enabled: true }));
      await laptop.must(['sh', '-c', uninstall], { timeoutMs: INSTALL_MS });
      const left = await laptop.must([
        'sh',
        '-c',
        'ls -d /opt/* /usr/local/bin/* /var/lib/causeway 2>/dev/null || true',
      ]);
      assert.equal(left, '');
      assert.equal((await laptop.run(['grep', '^causeway:', '/etc/group'])).code, 1);
      assert.equal((await laptop.run(['ip', 'link', 'show', 'causeway0'])).code, 1);
      assert.equal((await administrator.attempt('GET', '/machines/laptop')).status, 404);
      return 'no file, no adapter, and no machine at the server';
    });
  },
};

async function pageOf(host: Host, url: string): Promise<InstallPage> {
  const page = url.replace('/install/', '/api/v1/install/').replace(/#.*/, '');
  return JSON.parse(await host.must(['curl', '--silent', '--insecure', page])) as InstallPage;
}

async function statusOf(host: Host): Promise<AgentStatus> {
  return JSON.parse(await host.must(['/usr/local/bin/causeway', 'status', '--json'])) as AgentStatus;
}

async function diagnosticsOf(administrator: Administrator): Promise<{ name: string; result: string }[]> {
  const answer = await administrator.attempt('GET', '/machines/laptop/diagnostics');
  return bodyOf<{ checks: { name: string; result: string }[] }>(answer).checks;
}

function agentPid(host: Host): Promise<string> {
  return host.must(['cat', '/run/causeway/agent.pid']);
}

function bodyOf<Body>({ status, body }: { status: number; body: unknown }): Body {
  assert(status >= 200 && status < 300, `${status}: ${JSON.stringify(body)}`);
  return body as Body;
}
