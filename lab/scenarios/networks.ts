/**
 * Networks as they are found: two offices with the same addresses, another VPN that takes everything, IPv6 alone,
 * IPv6 with a translator to IPv4 (tayga, as mobile networks have it), and NAT behind NAT. Each time the laptop's
 * agent comes back by itself, and fetches a page of sql01 by its name.
 */
import assert from 'node:assert/strict';
import type { AgentOnHost } from '../causeway.ts';
import type { LabDescription } from '../hosts/description.ts';
import { officeOf } from '../hosts/description.ts';
import type { Host, Program } from '../hosts/host.ts';
import { offerServices, waitForPage } from '../traffic/probes.ts';
import type { Scenario, Story } from './story.ts';

const RELAY = { ipv4: '198.18.0.10', ipv6: '2001:db8::10' } as const;
const VPN_SERVER = '198.18.0.20';
/** RFC 6052 §2.2 with a prefix of the network's own; the well-known one is for public addresses only. */
const TRANSLATED = { prefix: '2001:db8:64::', relay: '2001:db8:64::c612:a' } as const;
const BACK_WITHIN_MS = 60_000;

const LAB: LabDescription = {
  servers: [
    { name: 'relay', address: RELAY.ipv4 },
    { name: 'vpn', address: VPN_SERVER },
  ],
  sites: [
    officeOf([{ name: 'sql01', address: '192.168.1.10' }]),
    {
      name: 'home',
      lan: '192.168.1',
      address: '198.19.2.1',
      outbound: 'everything',
      hosts: [{ name: 'laptop', address: '192.168.1.10' }],
    },
    {
      name: 'isp',
      lan: '10.64.0',
      address: '198.19.5.1',
      outbound: 'everything',
      hosts: [],
      guests: [{ name: 'home', address: '10.64.0.2' }],
    },
  ],
};

interface Abroad {
  readonly story: Story;
  readonly laptop: Host;
  readonly router: Host;
  readonly agent: AgentOnHost;
}

export const networks: Scenario = {
  name: 'networks',
  shows: 'the same addresses at both ends, another VPN, IPv6 only, NAT64, NAT behind NAT: connected through each',
  needs: ['openvpn', 'tayga'],
  lab: LAB,
  async tell(story) {
    const { lab } = story;
    const [laptop, router] = [lab.host('laptop'), lab.host('home')];
    const { causeway, administrator } = await story.startCauseway(undefined, ['--listen', '[::]:443']);
    await story.step('both ends are 192.168.1.10 at home, and have IPv4 only', async () => {
      const office = await administrator.group('office');
      await administrator.setInterconnected(office, true);
      const token = await administrator.token(office);
      await offerServices(lab.host('sql01'));
      await causeway.activate(lab.host('sql01'), token);
      await causeway.activate(laptop, token);
      await waitForPage(laptop, 'sql01');
      const own = await laptop.must(['ip', 'route', 'get', '192.168.1.1']);
      assert.match(own, /dev eth0/);
      return 'laptop fetches a page of sql01 by name, and still reaches its own 192.168.1.1';
    });
    const abroad: Abroad = { story, laptop, router, agent: causeway.agent('laptop') };
    await anotherVpn(abroad);
    await ipv6Only(abroad);
    await translated(abroad);
    await natBehindNat(abroad);
  },
};

async function anotherVpn(abroad: Abroad): Promise<void> {
  const { story, laptop } = abroad;
  const server = story.lab.host('vpn');
  const key = '/run/vpn.key';
  const common = ['--dev', 'tun9', '--proto', 'udp', '--port', '1194', '--secret', key, '--cipher', 'AES-256-CBC'];
  await story.step('OpenVPN takes all of the laptop’s traffic, and later goes', async () => {
    await server.must(['openvpn', '--genkey', 'secret', key]);
    await laptop.write(key, await server.must(['cat', key]));
    await server.must(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    await server.must(['nft', '-f', '-'], {
      input: 'table ip vpn { chain out { type nat hook postrouting priority 100; oifname "eth0" masquerade; }; }',
    });
    server.spawn('openvpn', ['openvpn', ...common, '--ifconfig', '10.8.0.1', '10.8.0.2']);
    const client: Program = laptop.spawn('openvpn', [
      'openvpn',
      ...common,
      '--remote',
      VPN_SERVER,
      '--ifconfig',
      '10.8.0.2',
      '10.8.0.1',
      '--redirect-gateway',
      'def1',
      '--script-security',
      '1',
    ]);
    await client.prints(/Initialization Sequence Completed/, 30_000);
    const way = await laptop.must(['ip', 'route', 'get', RELAY.ipv4]);
    assert.match(way, /dev tun9/, 'the VPN does not take the traffic');
    story.figures.vpnMs = await reaches(abroad);
    await client.end('SIGTERM');
    story.figures.vpnGoneMs = await reaches(abroad);
    return `a page of sql01 ${story.figures.vpnMs} ms after its 0.0.0.0/1 and 128.0.0.0/1 are there, and ${story.figures.vpnGoneMs} ms after they are gone`;
  });
}

async function ipv6Only(abroad: Abroad): Promise<void> {
  const { story, laptop, router } = abroad;
  await story.step('IPv6 only', async () => {
    await story.lab.host('relay').must(['ip', 'address', 'add', `${RELAY.ipv6}/64`, 'dev', 'eth0', 'nodad']);
    await router.must(['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding']);
    await router.must(['ip', 'address', 'add', '2001:db8::2/64', 'dev', 'wan', 'nodad']);
    await router.must(['ip', 'address', 'add', '2001:db8:1::1/64', 'dev', 'lan', 'nodad']);
    await story.lab.host('relay').must(['ip', '-6', 'route', 'add', '2001:db8:1::/64', 'via', '2001:db8::2']);
    await named(laptop, RELAY.ipv6);
    await laptop.must(['ip', '-4', 'address', 'flush', 'dev', 'eth0']);
    await laptop.must(['ip', 'address', 'add', '2001:db8:1::10/64', 'dev', 'eth0', 'nodad']);
    await laptop.must(['ip', '-6', 'route', 'add', 'default', 'via', '2001:db8:1::1']);
    story.figures.ipv6Ms = await reaches(abroad);
    return `a page of sql01, which has IPv4 only, after ${story.figures.ipv6Ms} ms; IPv4 addresses of the network work on the laptop as ever`;
  });
}

async function translated(abroad: Abroad): Promise<void> {
  const { story, laptop, router } = abroad;
  await story.step('IPv6 only, and the server by IPv4 behind NAT64 (tayga)', async () => {
    await story.lab.host('relay').must(['ip', 'address', 'del', `${RELAY.ipv6}/64`, 'dev', 'eth0']);
    const settings = [
      'tun-device nat64',
      'ipv4-addr 192.168.255.1',
      `ipv6-addr 2001:db8:2::1`,
      `prefix ${TRANSLATED.prefix}/96`,
      'dynamic-pool 192.168.255.0/24',
      'data-dir /run/tayga',
    ];
    await router.write('/run/tayga.conf', `${settings.join('\n')}\n`);
    await router.must(['mkdir', '-p', '/run/tayga']);
    await router.must(['tayga', '-c', '/run/tayga.conf', '--mktun']);
    const commands = [
      'link set nat64 up',
      'route add 192.168.255.0/24 dev nat64',
      `-6 route add ${TRANSLATED.prefix}/96 dev nat64`,
    ];
    for (const command of commands) await router.must(['ip', ...command.split(' ')]);
    await router.must(['nft', 'insert', 'rule', 'ip', 'site', 'forward', 'iifname', 'nat64', 'accept']);
    router.spawn('tayga', ['tayga', '-c', '/run/tayga.conf', '-d']);
    await named(laptop, TRANSLATED.relay);
    story.figures.nat64Ms = await reaches(abroad);
    return `a page of sql01 after ${story.figures.nat64Ms} ms`;
  });
}

async function natBehindNat(abroad: Abroad): Promise<void> {
  const { story, laptop, router } = abroad;
  await story.step('NAT behind NAT: the router’s own line is inside of another network', async () => {
    const laptopCommands = [
      '-6 address flush dev eth0 scope global',
      'address add 192.168.1.10/24 dev eth0',
      'route add default via 192.168.1.1',
    ];
    for (const command of laptopCommands) await laptop.must(['ip', ...command.split(' ')]);
    await laptop.must(['sh', '-c', 'grep -v relay.lab /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts']);
    const routerCommands = [
      'link set wan down',
      'link set wan name before',
      'link set eth1 name wan',
      'link set wan up',
      'route add default via 10.64.0.1',
    ];
    for (const command of routerCommands) await router.must(['ip', ...command.split(' ')]);
    story.figures.doubleNatMs = await reaches(abroad);
    return `a page of sql01 after ${story.figures.doubleNatMs} ms`;
  });
}

/** In place of a name server that knows IPv6. */
async function named(laptop: Host, address: string): Promise<void> {
  await laptop.must([
    'sh',
    '-c',
    `grep -v relay.lab /etc/hosts > /run/hosts; echo '${address} relay.lab' >> /run/hosts; cat /run/hosts > /etc/hosts`,
  ]);
}

/** @returns milliseconds until all is connected and a page is there */
async function reaches({ agent, laptop }: Abroad): Promise<number> {
  const began = performance.now();
  await waitForPage(laptop, 'sql01', BACK_WITHIN_MS);
  await agent.connected(BACK_WITHIN_MS);
  await agent.must('refresh');
  return Math.round(performance.now() - began);
}
