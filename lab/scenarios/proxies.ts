/**
 * An office whose only way out is an HTTP proxy: its firewall drops all else, DNS too. Through real squid with Basic
 * authentication and through tinyproxy, by each kind of setting; and what the agent says when it does not work.
 */
import assert from 'node:assert/strict';
import { type AgentOnHost, type AgentStart, type Causeway, until } from '../causeway.ts';
import { cloudOf, type LabDescription, officeOf, STANDARD_LAB } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import {
  INSPECTING_PORT,
  PROXY_PASSWORD,
  PROXY_USER,
  SQUID_PORT,
  startSquid,
  startTinyproxy,
  TINYPROXY_PORT,
} from '../proxies.ts';
import { pings } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

const PROXY_ADDRESS = '192.168.1.20';
const PAC_PORT = 8000;
const ROUTER = '192.168.1.1';

const LAB: LabDescription = {
  servers: STANDARD_LAB.servers,
  sites: [
    officeOf([
      { name: 'pc', address: '192.168.1.10' },
      { name: 'proxy', address: PROXY_ADDRESS },
    ]),
    cloudOf([{ name: 'web-1', address: '10.20.0.4' }]),
  ],
};

const SQUID = `http://${PROXY_ADDRESS}:${SQUID_PORT}`;
const CREDENTIALS = `${PROXY_USER}:${PROXY_PASSWORD}`;

interface Office {
  readonly story: Story;
  readonly pc: Host;
  readonly proxy: Host;
  readonly causeway: Causeway;
}

export const proxies: Scenario = {
  name: 'proxies',
  shows: 'connected through squid with a password and through tinyproxy, where the proxy is the only way out',
  needs: ['squid', 'tinyproxy', 'openssl'],
  lab: LAB,
  async tell(story) {
    const { lab } = story;
    const [pc, proxy, web] = [lab.host('pc'), lab.host('proxy'), lab.host('web-1')];
    const { causeway, administrator } = await story.startCauseway();
    const office: Office = { story, pc, proxy, causeway };
    const tokens: string[] = [];
    await story.step('the firewall lets pc talk to the proxy and to nobody else', async () => {
      const group = await administrator.group('computers');
      const role = await administrator.role('web');
      await administrator.connect(role, group);
      await causeway.activate(web, await administrator.token(role));
      tokens.push(await administrator.token(group));
      await confine(pc);
      const direct = await pc.run(['curl', '-sk', '--max-time', '2', 'https://198.18.0.10/']);
      const named = await pc.run(['curl', '-sk', '--max-time', '2', 'https://relay.lab/']);
      assert(direct.code !== 0 && named.code !== 0, 'there is a way around the proxy');
      return 'neither the server’s address nor a name server can be reached';
    });
    const squid = await throughSquid(office, tokens[0] ?? '');
    await theProxyGoes(office, squid);
    await otherSettings(office);
    await notIn(office);
    await story.step('the password is nowhere', async () => {
      await passwordIsNowhere(office);
      return 'arguments, log, status, diagnosis and bundle do not hold it';
    });
  },
};

async function throughSquid({ story, pc, proxy, causeway }: Office, token: string): Promise<Program> {
  const running: Program[] = [];
  await story.step('squid wants a password: none, a wrong one, the right one', async () => {
    running.push(await startSquid(proxy, 'basic', ROUTER));
    const before = await dropped(pc);
    const agent = await causeway.startAgent(pc, { options: ['--upstream-proxy', SQUID] });
    const none = await agent.causeway(['up', '--token', token, '--name', 'pc']);
    assert.match(none.stderr, /PROXY_SIGN_IN_NEEDED/);
    await agent.restart(squidBy({ CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: `${PROXY_USER}:wrong` }));
    const wrong = await agent.causeway(['up', '--token', token, '--name', 'pc']);
    assert.match(wrong.stderr, /PROXY_SIGN_IN_REFUSED/);
    assert.doesNotMatch(wrong.stderr, /:wrong/);
    await agent.restart(squidBy({ CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: CREDENTIALS }));
    await agent.must('up', '--token', token, '--name', 'pc');
    story.figures.connectedMs = await reaches(agent);
    assert.equal(await dropped(pc), before, 'pc tried to get around the proxy');
    return 'PROXY_SIGN_IN_NEEDED, PROXY_SIGN_IN_REFUSED, and then pc is activated and pings web-1; no packet was sent elsewhere';
  });
  const [program] = running;
  assert(program !== undefined);
  return program;
}

function squidBy(environment: Readonly<Record<string, string>>): AgentStart {
  return { options: ['--upstream-proxy', SQUID], environment };
}

async function theProxyGoes({ story, proxy, causeway }: Office, squid: Program): Promise<void> {
  const agent = causeway.agent('pc');
  await story.step('the proxy dies, and comes back', async () => {
    await squid.end('SIGKILL');
    await says(agent, 'PROXY_UNREACHABLE');
    const diagnosis = await agent.causeway(['diagnose']);
    assert.match(diagnosis.stdout, /PROXY_UNREACHABLE/);
    const again = await startSquid(proxy, 'basic', ROUTER);
    story.figures.proxyBackMs = await reaches(agent);
    await again.end('SIGTERM');
    return `it says PROXY_UNREACHABLE, and pings again ${story.figures.proxyBackMs} ms after the proxy is back`;
  });
}

async function otherSettings({ story, pc, proxy, causeway }: Office): Promise<void> {
  const agent = causeway.agent('pc');
  const tinyproxy = `http://proxy.corp:${TINYPROXY_PORT}`;
  await story.step('tinyproxy, by HTTPS_PROXY, and by what is set for the whole system', async () => {
    await pc.must(['sh', '-c', `echo '${PROXY_ADDRESS} proxy.corp' >> /etc/hosts`]);
    await startTinyproxy(proxy);
    await agent.restart({ environment: { HTTPS_PROXY: tinyproxy, NO_PROXY: '.corp' } });
    story.figures.tinyproxyMs = await reaches(agent);
    await pc.write('/etc/environment', `HTTPS_PROXY="${tinyproxy}"\n`);
    await agent.restart({});
    await reaches(agent);
    return 'pc pings web-1 by each';
  });
  await story.step('NO_PROXY with the server, which then can not be reached', async () => {
    await agent.restart({ environment: { NO_PROXY: 'relay.lab' } });
    await says(agent, 'SERVER_UNREACHABLE');
    const { stdout } = await agent.causeway(['diagnose']);
    assert.match(stdout, /leaves this server out/);
    await pc.must(['rm', '/etc/environment']);
    return 'the diagnosis says that the setting leaves the server out';
  });
  await story.step('an auto-configuration, which names a dead proxy before the living one', async () => {
    const script = `function FindProxyForURL(url, host) {
      return dnsDomainIs(host, '.lab') ? 'PROXY ${PROXY_ADDRESS}:9; PROXY ${PROXY_ADDRESS}:${TINYPROXY_PORT}' : 'DIRECT';
    }`;
    await proxy.write('/run/www/proxy.pac', script);
    proxy.spawn('pac-server', ['python3', '-m', 'http.server', String(PAC_PORT), '--directory', '/run/www']);
    await agent.restart({ options: ['--upstream-proxy', `pac+http://${PROXY_ADDRESS}:${PAC_PORT}/proxy.pac`] });
    story.figures.pacMs = await reaches(agent);
    return `pc pings web-1 after ${story.figures.pacMs} ms`;
  });
}

/** What Causeway does not take part in. */
async function notIn({ story, proxy, causeway }: Office): Promise<void> {
  const agent = causeway.agent('pc');
  await story.step('a proxy that wants Negotiate, and one that opens TLS', async () => {
    const negotiating = await startSquid(proxy, 'negotiate', ROUTER);
    await agent.restart(squidBy({ CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: CREDENTIALS }));
    await says(agent, 'PROXY_SIGN_IN_UNSUPPORTED');
    await negotiating.end('SIGTERM');
    await startSquid(proxy, 'inspecting', ROUTER);
    await agent.restart({ options: ['--upstream-proxy', `http://${PROXY_ADDRESS}:${INSPECTING_PORT}`] });
    const { message } = await says(agent, 'PROXY_OPENS_TLS');
    assert.match(message, /Contoso inspection/);
    const { stdout } = await agent.causeway(['diagnose']);
    assert.match(stdout, /PROXY_OPENS_TLS/);
    return `refused in words: ${message}`;
  });
}

/** Only to the proxy, by its firewall; inside, names are asked of its own agent. */
async function confine(pc: Host): Promise<void> {
  const ports = [SQUID_PORT, INSPECTING_PORT, TINYPROXY_PORT, PAC_PORT, 9].join(', ');
  await pc.must(['nft', '-f', '-'], {
    input: `table inet confined {
      counter around { }
      chain output {
        type filter hook output priority 0; policy accept;
        oifname != "eth0" accept
        ip daddr ${PROXY_ADDRESS} tcp dport { ${ports} } accept
        ip6 nexthdr icmpv6 drop
        counter name around drop
      }
    }`,
  });
}

async function dropped(pc: Host): Promise<number> {
  const listed = await pc.must(['nft', 'list', 'counter', 'inet', 'confined', 'around']);
  return Number(/packets (\d+)/.exec(listed)?.[1] ?? Number.NaN);
}

/** Connected, and a ping to the cloud is answered. @returns after how many milliseconds */
async function reaches(agent: AgentOnHost): Promise<number> {
  const began = performance.now();
  await agent.connected(40_000);
  await until(
    () => pings(agent.host, 'web-1'),
    10_000,
    () => 'pc does not ping web-1',
  );
  return Math.round(performance.now() - began);
}

async function says(agent: AgentOnHost, code: string): Promise<{ message: string }> {
  let error: { code: string; message: string } | null = null;
  await until(
    async () => {
      ({ error } = (await agent.status()).parts.control);
      return error?.code === code;
    },
    30_000,
    () => `the status does not say ${code}, but ${JSON.stringify(error)}`,
  );
  return { message: (error as { message: string } | null)?.message ?? '' };
}

async function passwordIsNowhere({ pc, causeway, story }: Office): Promise<void> {
  const agent = causeway.agent('pc');
  await agent.restart(squidBy({ CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS: CREDENTIALS }));
  const programs = story.lab.hosts.flatMap((host) => host.programs).filter(({ label }) => !/squid/.test(label));
  const said: Record<string, string> = {
    arguments: await pc.must(['sh', '-c', `tr '\\0' ' ' < /proc/${agent.program.pid}/cmdline`]),
    status: JSON.stringify(await agent.status()),
    diagnosis: (await agent.causeway(['diagnose', '--save', '/run/bundle.json'])).stdout,
    bundle: await pc.must(['cat', '/run/bundle.json']),
    ...Object.fromEntries(programs.map(({ label, output }, index) => [`${label} ${index}`, output])),
  };
  const basic = Buffer.from(CREDENTIALS).toString('base64');
  const leaky = Object.keys(said).filter(
    (place) => said[place]?.includes(PROXY_PASSWORD) || said[place]?.includes(basic),
  );
  assert.deepEqual(leaky, [], 'the proxy’s password was shown');
}
