/**
 * The ways in which Linux computers find names, each set up on a host of the lab with the real programs,
 * and how each is changed by others while an agent runs.
 */
import { until } from '../causeway.ts';
import type { Host, Program } from '../hosts/host.ts';
import { appears, startBus } from './bus.ts';
import { unpackedAt } from './packages.ts';

/** What the site says of names; `search` changes when it is rewritten. */
export interface SiteNames {
  readonly server: string;
  readonly search: string;
}

export interface ResolverKind {
  /** The host's name in the lab. */
  readonly host: string;
  readonly title: string;
  /** Debian's package; null where nothing has to be fetched. */
  readonly package: string | null;
  /** The agent says that names are set up by this. */
  readonly mode: 'systemd-resolved' | 'NetworkManager' | 'resolv.conf';
  /** Questions for other names do not come by the agent at all. */
  readonly splits: boolean;
  /** It decides itself whose search domain comes first, and does so at random. */
  readonly ordersSearch?: true;
  /** Says nothing, instead of no, about names that it would have to ask a dead agent for. */
  readonly silentWhenDead?: true;
  /** resolv.conf is a file that can not be replaced. */
  readonly bound?: true;
  setUp(host: Host, names: SiteNames): Promise<void>;
  /** Another program says the site's names anew. */
  rewrite(host: Host, names: SiteNames): Promise<void>;
}

const RESOLV_CONF = '/etc/resolv.conf';

const plain: ResolverKind = {
  host: 'plain',
  title: 'plain resolv.conf',
  package: null,
  mode: 'resolv.conf',
  splits: false,
  setUp: (host, names) => replace(host, names),
  rewrite: (host, names) => replace(host, names),
};

/** As containers have it: a file of the machine's, mounted over the one in the image. */
const container: ResolverKind = {
  ...plain,
  host: 'container',
  title: 'container (bind mount)',
  bound: true,
  async setUp(host, names) {
    await host.write('/run/outside/resolv.conf', fileOf(names));
    await host.must(['mount', '--bind', '/run/outside/resolv.conf', RESOLV_CONF]);
  },
  rewrite: (host, names) => host.write(RESOLV_CONF, fileOf(names)),
};

const openresolv: ResolverKind = {
  ...plain,
  host: 'openresolv',
  title: 'openresolv',
  package: 'openresolv',
  async setUp(host, names) {
    await layOver(host, 'openresolv', ['/etc/resolvconf.conf']);
    await resolvconf(host, 'eth0.dhcp', names);
  },
  rewrite: (host, names) => resolvconf(host, 'eth0.dhcp', names),
};

const debianResolvconf: ResolverKind = {
  ...plain,
  host: 'resolvconf',
  title: 'Debian resolvconf',
  package: 'resolvconf',
  async setUp(host, names) {
    await layOver(host, 'resolvconf', ['/etc/resolvconf']);
    await host.must(['mkdir', '-p', '/run/resolvconf/interface']);
    await host.must(['resolvconf', '--enable-updates']);
    await host.must(['ln', '-sf', '/run/resolvconf/resolv.conf', RESOLV_CONF]);
    await resolvconf(host, 'eth0.dhclient', names);
  },
  rewrite: (host, names) => resolvconf(host, 'eth0.dhclient', names),
};

const resolved: ResolverKind = {
  host: 'resolved',
  title: 'systemd-resolved',
  package: 'systemd-resolved',
  mode: 'systemd-resolved',
  splits: true,
  ordersSearch: true,
  async setUp(host, names) {
    await layOver(host, 'systemd-resolved', []);
    await startBus(host);
    await startResolved(host);
    await this.rewrite(host, names);
  },
  async rewrite(host, { server, search }) {
    await host.must(['resolvectl', 'dns', 'eth0', server]);
    await host.must(['resolvectl', 'domain', 'eth0', ...search.split(' '), '~.']);
  },
};

const networkManager: ResolverKind = {
  ...plain,
  host: 'manager',
  title: 'NetworkManager',
  package: 'network-manager',
  setUp: (host, names) => startNetworkManager(host, 'default', names),
  rewrite: changeConnection,
};

const networkManagerDnsmasq: ResolverKind = {
  ...networkManager,
  host: 'masq',
  title: 'NetworkManager + dnsmasq',
  mode: 'NetworkManager',
  splits: true,
  silentWhenDead: true,
  async setUp(host, names) {
    await layOver(host, 'dnsmasq-base', []);
    await startNetworkManager(host, 'dnsmasq', names);
  },
};

const networkManagerResolved: ResolverKind = {
  ...networkManager,
  host: 'both',
  title: 'NetworkManager + resolved',
  mode: 'systemd-resolved',
  splits: true,
  ordersSearch: true,
  async setUp(host, names) {
    await layOver(host, 'systemd-resolved', []);
    await startBus(host);
    await startResolved(host);
    await startNetworkManager(host, 'systemd-resolved', names);
  },
};

export const RESOLVER_KINDS: readonly ResolverKind[] = [
  plain,
  container,
  openresolv,
  debianResolvconf,
  resolved,
  networkManager,
  networkManagerDnsmasq,
  networkManagerResolved,
];

function fileOf({ server, search }: SiteNames): string {
  return `# by the site\nsearch ${search}\nnameserver ${server}\noptions timeout:2 attempts:2\n`;
}

async function replace(host: Host, names: SiteNames): Promise<void> {
  await host.write('/etc/resolv.conf.lease', fileOf(names));
  await host.must(['mv', '/etc/resolv.conf.lease', RESOLV_CONF]);
}

async function resolvconf(host: Host, record: string, { server, search }: SiteNames): Promise<void> {
  await host.must(['resolvconf', '-a', record], { input: `search ${search}\nnameserver ${server}\n` });
}

/**
 * The package's /usr over the host's, and copies of its files in /etc (where the host has links into the
 * computer's own, which is not to be written to).
 */
async function layOver(host: Host, name: string, configuration: readonly string[]): Promise<void> {
  const root = unpackedAt(name);
  await host.must(['mount', '-t', 'overlay', 'overlay', '-o', `lowerdir=${root}/usr:/usr`, '/usr']);
  for (const path of configuration) await host.must(['sh', '-c', `rm -rf ${path}; cp -a ${root}${path} ${path}`]);
}

async function startResolved(host: Host): Promise<void> {
  // Its own user, in files that the host has links for.
  for (const [file, line] of [
    ['passwd', 'systemd-resolve:x:65001:65001::/:/usr/sbin/nologin'],
    ['group', 'systemd-resolve:x:65001:'],
  ]) {
    await host.must([
      'sh',
      '-c',
      `cp /etc/${file} /run/${file}; rm /etc/${file}; { cat /run/${file}; echo ${line}; } > /etc/${file}`,
    ]);
  }
  // As on a server: a bare name would be called out for on the LAN first, for some seconds.
  await host.must(['rm', '-f', '/etc/systemd']);
  await host.write('/etc/systemd/resolved.conf', '[Resolve]\nLLMNR=no\nMulticastDNS=no\nDNSSEC=no\n');
  await host.must(['sh', '-c', 'mkdir -p /run/systemd/resolve && chown 65001:65001 /run/systemd/resolve']);
  await host.must(['ln', '-sf', '/run/systemd/resolve/stub-resolv.conf', RESOLV_CONF]);
  const program = host.spawn('resolved', ['/usr/lib/systemd/systemd-resolved'], {
    environment: { LD_LIBRARY_PATH: '/usr/lib/systemd:/usr/lib/x86_64-linux-gnu/systemd' },
  });
  await appears(host, '/run/systemd/resolve/stub-resolv.conf', () => program.tail());
}

async function startNetworkManager(host: Host, dns: string, names: SiteNames): Promise<void> {
  await layOver(host, 'network-manager', []);
  if (dns !== 'systemd-resolved') await startBus(host);
  const address = `${host.address}/24`;
  await host.must(['rm', '-rf', '/etc/NetworkManager']);
  await host.must(['mkdir', '-p', '/etc/NetworkManager/dnsmasq.d', '/var/lib/NetworkManager']);
  await host.write(
    '/etc/NetworkManager/NetworkManager.conf',
    `[main]\nplugins=keyfile\ndns=${dns}\nauth-polkit=false\nno-auto-default=*\n`,
  );
  const connection = '/etc/NetworkManager/system-connections/office.nmconnection';
  await host.write(
    connection,
    `[connection]\nid=office\nuuid=11111111-2222-3333-4444-555555555555\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=${address},${names.server}\ndns=${names.server};\ndns-search=${names.search};\n[ipv6]\nmethod=disabled\n`,
  );
  await host.must(['chmod', '600', connection]);
  // It looks for udev otherwise, which takes part only where /sys can be written.
  await host.must(['mount', '-o', 'remount,ro,bind', '/sys']);
  const program: Program = host.spawn('NetworkManager', ['NetworkManager', '--debug', '--log-level=WARN']);
  // The interface is connected already, by the lab; it is to be this connection from now on.
  await until(
    async () => (await host.run(['nmcli', 'connection', 'up', 'office'])).code === 0,
    15_000,
    () => `${host.name}: NetworkManager did not connect\n${program.tail()}`,
  );
}

async function changeConnection(host: Host, { server, search }: SiteNames): Promise<void> {
  await host.must(['nmcli', 'connection', 'modify', 'office', 'ipv4.dns', server, 'ipv4.dns-search', search]);
  await host.must(['nmcli', 'connection', 'up', 'office']);
}
