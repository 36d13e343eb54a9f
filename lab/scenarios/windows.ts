/**
 * The agent for Windows, as far as it can be had here: Node for Windows and our bundle under Wine, on a
 * stand-in for wintun.dll that is joined to a TUN device of the host's namespace (docs/windows.md).
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { bundleForNode22 } from '#build/bundle.ts';
import { until } from '../causeway.ts';
import { STANDARD_LAB } from '../hosts/description.ts';
import type { Host } from '../hosts/host.ts';
import { contentOf } from '../traffic/content.ts';
import { offerServices, pings, waitForPage } from '../traffic/probes.ts';
import { WindowsAgent } from '../windows/windows-agent.ts';
import { prepareWindows, WindowsComputer } from '../windows/windows-computer.ts';
import type { Scenario } from './story.ts';

const SERVICES = new URL('../traffic/services.ts', import.meta.url).pathname;
/** The adapter is looked at now and then, and Windows may take half a minute to notice a network. */
const CATEGORY_MS = 90_000;
const MEASURED_BYTES = 20_000_000;
/** Of a download that is still under way when the adapter goes. */
const LONG_BYTES = 1_000_000_000;
/** Wine's registry, where Windows has the rules by which names are looked up. */
const NAME_RULES = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Dnscache\\Parameters\\DnsPolicyConfig';

const RULE = '{5f6e4a3b-0f0c-4c57-9d0e-43574e525054}';
const SETTINGS = 'HKLM\\Software\\Causeway';
/** The service's state directory: on Wine's drive C, where its %ProgramData% is depends on its version. */
const FIND_STATE = 'dirname "$(find /run/windows/prefix/drive_c -name agent.log)"';

/** Without the thread that runs it, there is no way to the server. */
const PROXY_SCRIPT = `function FindProxyForURL(url, host) {
  return dnsDomainIs(host, '.lab') && shExpMatch(url, 'https://*') ? 'DIRECT' : 'PROXY nowhere.lab:1';
}`;

export const windows: Scenario = {
  name: 'windows',
  shows: 'the agent for Windows under Wine: it joins, is pinged, serves HTTP by name, and outlives its adapter',
  needs: ['wine', 'x86_64-w64-mingw32-gcc'],
  prepare: prepareWindows,
  lab: STANDARD_LAB,
  async tell(story) {
    const { lab, figures } = story;
    const [sql01, pc02] = [lab.host('sql01'), lab.host('pc02')];
    const { causeway, administrator } = await story.startCauseway();
    const office = await administrator.group('office', { interconnected: true });
    const computer = await WindowsComputer.on(pc02, await bundleForNode22());
    const agent = new WindowsAgent(computer);

    await story.step('sql01 has Linux, pc02 has Windows: Wine, and Node for Windows', async () => {
      await causeway.activate(sql01, await administrator.token(office));
      const node = await computer.must([computer.path('node.exe'), '-p', 'process.platform + " " + process.version']);
      assert.match(node, /^win32 v22/);
      return node;
    });
    await story.step('the agent joins, and proves adapter, routes and names on its computer', async () => {
      await agent.start();
      await agent.activate(await administrator.token(office));
      const status = await agent.waitFor('names', 'ok');
      assert.equal(status.summary, 'connected');
      const machine = await administrator.machine('pc02');
      assert.match(machine.os, /Windows/);
      return `connected; the portal says ${machine.os}`;
    });
    await story.step('Windows has the addresses, routes and MTU that were asked for, and nothing else', async () => {
      const addresses = await pc02.must(['ip', '-oneline', 'address', 'show', 'dev', 'Causeway', 'scope', 'global']);
      const routes = await pc02.must([
        'sh',
        '-c',
        'ip -4 route show dev Causeway; ip -6 route show dev Causeway proto static',
      ]);
      const { machine } = await agent.status();
      assert(addresses.includes(`${machine?.ipv4}/32`) && addresses.includes(`${machine?.ipv6}/128`), addresses);
      assert.match(routes, /^100\.64\.0\.0\/10 .*\nfd[0-9a-f:]+::\/48 [^\n]*$/);
      assert.match(await pc02.must(['ip', 'link', 'show', 'Causeway']), /mtu 1500 /);
      return routes.replaceAll('\n', '; ');
    });
    await story.step(
      'Windows is asked to take its network for a private one; the agent says what comes of it',
      async () => {
        const { parts } = await agent.statusOnce(({ parts }) => parts.adapter.error !== null, CATEGORY_MS);
        // Wine lists the network, and can not change what it is.
        assert.equal(parts.adapter.error?.code, 'NETWORK_STAYS_PUBLIC');
        assert.match(parts.adapter.error?.message ?? '', /INetwork\.SetCategory answers 0x80004001/);
        return parts.adapter.error?.message ?? '';
      },
    );
    await story.step('a Linux computer pings it by name, by IPv4 and IPv6', async () => {
      for (const family of ['-4', '-6']) {
        const ping = ['ping', family, '-c', '1', '-W', '5', 'pc02'];
        await until(
          async () => (await sql01.run(ping)).code === 0,
          60_000,
          () => `pc02 does not answer ${ping.join(' ')}`,
        );
      }
      return 'both answered';
    });
    await story.step('it serves HTTP by name to a Linux computer, and fetches by name from there', async () => {
      const services = computer.spawn('services', [computer.path('node.exe'), `Z:${SERVICES}`]);
      await services.prints(/ready/, 60_000);
      await waitForPage(sql01, 'pc02', 30_000);
      await offerServices(sql01);
      const fetchPage = 'fetch("http://sql01/").then((answer) => answer.text()).then(console.log)';
      const page = await computer.must([computer.path('node.exe'), '-e', fetchPage]);
      assert.match(page, /sql01/);
      return `pc02 got: ${page}`;
    });
    await story.step('a large download arrives whole', async () => {
      const began = performance.now();
      await downloads(sql01, MEASURED_BYTES);
      figures.megabitsPerSecond = Math.round((MEASURED_BYTES * 8) / 1_000 / (performance.now() - began));
      return `${MEASURED_BYTES / 1e6} MB at ${figures.megabitsPerSecond} Mbit/s`;
    });
    await story.step('the adapter is removed in the middle of one, and the agent makes another', async () => {
      const interrupted = sql01.run([
        'curl',
        '-sS',
        '--max-time',
        '5',
        '-o',
        '/dev/null',
        `http://pc02/bytes/${LONG_BYTES}`,
      ]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await pc02.must(['ip', 'link', 'delete', 'Causeway']);
      const removed = performance.now();
      await until(
        async () => pings(sql01, 'pc02'),
        60_000,
        () => 'pc02 does not answer any more',
      );
      figures.adapterBackSeconds = Math.round((performance.now() - removed) / 100) / 10;
      await interrupted;
      await downloads(sql01, MEASURED_BYTES);
      return `pinged again after ${figures.adapterBackSeconds} s, and the next download arrived whole`;
    });
    await story.step(
      'killed, it leaves a rule for names, which the next start takes away before it joins again',
      async () => {
        await agent.kill();
        assert.match(await computer.must(['reg', 'query', NAME_RULES]), /\{5f6e4a3b-/);
        assert.doesNotMatch(await pc02.must(['ip', '-oneline', 'link']), /Causeway/);
        await pc02.write('/run/proxy.pac', PROXY_SCRIPT);
        await agent.start({ CAUSEWAY_UPSTREAM_PROXY: 'pac+file:///Z:/run/proxy.pac' });
        await agent.waitFor('names', 'ok');
        await until(
          async () => pings(sql01, 'pc02'),
          60_000,
          () => 'pc02 does not answer any more',
        );
        return 'it came back by itself, on the way that a proxy configuration chose';
      },
    );
    await story.step('disconnected, it has undone everything', async () => {
      await agent.must(['down']);
      assert.doesNotMatch(await pc02.must(['ip', '-oneline', 'link']), /Causeway/);
      const rules = await computer.run(['reg', 'query', `${NAME_RULES}\\${RULE}`]);
      assert.notEqual(rules.code, 0);
      return 'no adapter, no rule';
    });
    await story.step('as a service it activates itself by the token in the registry, which is gone then', async () => {
      await agent.must(['down', '--forget']);
      await agent.kill();
      await importToken(computer, await administrator.token(office));
      const words = computer.node('causeway.js', 'service').map((word) => (word === 'service' ? word : `"${word}"`));
      await computer.must(['sc', 'create', 'Causeway', 'binPath=', words.join(' '), 'start=', 'demand']);
      await computer.must(['net', 'start', 'Causeway']);
      await agent.waitFor('names', 'ok', 120_000);
      await until(
        async () => pings(sql01, 'pc02'),
        60_000,
        () => 'the service does not answer a ping',
      );
      const left = await computer.run(['reg', 'query', SETTINGS, '/v', 'ActivationToken']);
      assert.notEqual(left.code, 0, 'the token is still in the registry');
      const state = await pc02.must(['sh', '-c', FIND_STATE]);
      const log = await pc02.must(['cat', `${state}/agent.log`]);
      assert.match(log, /activated by itself/);
      const identity = await pc02.must(['cat', `${state}/identity.json`]);
      assert.match(identity, /^\{"version":1,"sealed":"/);
      return 'connected, pinged, and its keys are sealed';
    });
    await story.step('Windows stops the service, and nothing is left', async () => {
      await computer.must(['net', 'stop', 'Causeway']);
      // Windows' own command returns when the service has said that it is stopping.
      const query = ['reg', 'query', `${NAME_RULES}\\${RULE}`];
      const isUndone = async () =>
        !(await pc02.must(['ip', '-oneline', 'link'])).includes('Causeway') && (await computer.run(query)).code !== 0;
      await until(isUndone, 60_000, () => 'the adapter or the rule for names is still there');
      return 'no adapter, no rule';
    });
  },
};

/** As an installer does, and not as a word of a command, which others could see. */
async function importToken(computer: WindowsComputer, token: string): Promise<void> {
  const text = `REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\Software\\Causeway]\r\n"ActivationToken"="${token}"\r\n`;
  await computer.host.write('/run/token.reg', text);
  await computer.must(['reg', 'import', 'Z:\\run\\token.reg']);
  await computer.host.must(['rm', '/run/token.reg']);
}

/** @throws Error when it does not arrive, or not as it was sent */
async function downloads(host: Host, bytes: number): Promise<void> {
  const command = `curl -sS --max-time 60 -o /run/download -w '%{size_download} bytes in %{time_total} s' http://pc02/bytes/${bytes}; echo; sha256sum < /run/download`;
  const { stdout, stderr } = await host.run(['sh', '-c', command], { timeoutMs: 160_000 });
  assert(stdout.includes(hashOf(bytes)), `${stdout}${stderr}`);
}

function hashOf(bytes: number): string {
  const hash = createHash('sha256');
  for (const block of contentOf(bytes)) hash.update(block);
  return hash.digest('hex');
}
