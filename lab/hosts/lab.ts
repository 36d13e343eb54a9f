/**
 * Builds the hosts of a description inside the enclosure and wires them up:
 *
 *     host ── veth ── bridge "lan" of its router ── NAT, firewall ── veth ── bridge "internet" ── server
 *
 * There is no tear-down: all of it goes with the enclosure (enclosure.ts).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type HostDescription,
  INTERNET_PREFIX_LENGTH,
  type LabDescription,
  OBSERVER_ADDRESS,
  type SiteDescription,
} from './description.ts';
import type { Enclosure } from './enclosure.ts';
import { COUNTERS, type CounterName, routerRules } from './firewall.ts';
import { holderScript, keepSystemScript } from './holder.ts';
import { Host } from './host.ts';

/** Where the names and holders of the hosts are noted, for programs outside. */
export const HOSTS_FILE = 'hosts.json';

/** A bridge that snoops on multicast announces itself by IGMP, which would be in every capture. */
const QUIET_BRIDGE = 'type bridge mcast_snooping 0';

export class Lab {
  readonly #enclosure: Enclosure;
  readonly #description: LabDescription;
  readonly #hosts = new Map<string, Host>();

  private constructor(enclosure: Enclosure, description: LabDescription) {
    this.#enclosure = enclosure;
    this.#description = description;
  }

  static async build(enclosure: Enclosure, description: LabDescription): Promise<Lab> {
    const lab = new Lab(enclosure, description);
    await lab.#build();
    return lab;
  }

  /** This run's own directory; every host sees it under the same path. */
  get directory(): string {
    return this.#enclosure.directory;
  }

  get hosts(): readonly Host[] {
    return [...this.#hosts.values()];
  }

  /** @throws Error for a name that is not in the description */
  host(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`the lab has no host ${name}`);
    return host;
  }

  /** Takes the cable out of a site's router, or puts it back in: the host's interface stays up, without carrier. */
  async pullCable(name: string, out = true): Promise<void> {
    const site = this.#description.sites.find(({ hosts }) => hosts.some((host) => host.name === name));
    if (site === undefined) throw new Error(`the lab has no site with the host ${name}`);
    const index = site.hosts.findIndex((host) => host.name === name);
    await this.host(site.name).must(['ip', 'link', 'set', `port${index}`, out ? 'down' : 'up']);
  }

  /** Switches a host's interface off, or on again. */
  async cutLink(name: string, cut = true): Promise<void> {
    await this.host(name).must(['ip', 'link', 'set', 'eth0', cut ? 'down' : 'up']);
  }

  /** Makes the cable of a server slow in the direction to it. */
  async slowDown(name: string, mbps: number): Promise<void> {
    const index = this.#description.servers.findIndex((server) => server.name === name);
    if (index < 0) throw new Error(`the lab has no server ${name}`);
    await inEnclosure(['tc', 'qdisc', 'add', 'dev', `port${index}`, 'root', ...slowCable(mbps)]);
  }

  /** The counters of a site's firewall, in packets. */
  async counters(site: string): Promise<Record<CounterName, number>> {
    const json = await this.host(site).must(['nft', '-j', 'list', 'counters', 'table', 'ip', 'site']);
    const listed = (JSON.parse(json) as { nftables: { counter?: { name: CounterName; packets: number } }[] }).nftables;
    const packets = (name: CounterName) => listed.find((entry) => entry.counter?.name === name)?.counter?.packets ?? 0;
    return Object.fromEntries(COUNTERS.map((name) => [name, packets(name)])) as Record<CounterName, number>;
  }

  async #build(): Promise<void> {
    const system = join(this.directory, 'system');
    const logs = join(this.directory, 'logs');
    mkdirSync(logs);
    await inEnclosure(['sh', '-c', keepSystemScript(system)]);
    const { sites, servers } = this.#description;
    const names = servers.map((server) => `${server.address} ${server.name}.lab`);
    const start = async (host: HostDescription, nameServer: string, hosts: readonly string[]) => {
      const files = { hostname: host.name, nameServer, hosts: [`127.0.1.1 ${host.name}`, ...hosts] };
      const pid = await startHolder(holderScript(system, files), join(logs, `${host.name}-holder.log`));
      this.#hosts.set(host.name, new Host(host.name, host.address, pid, logs));
    };
    await Promise.all([
      ...servers.map((server) => start(server, '127.0.0.1', names)),
      ...sites.map((site) => start(site, '127.0.0.1', names)),
      // Only the routers know the servers' names: everybody else has to ask by DNS.
      ...sites.flatMap((site) => site.hosts.map((host) => start(host, `${site.lan}.1`, []))),
    ]);
    await this.#wireInternet();
    await Promise.all(sites.map((site) => this.#wireSite(site)));
    const holders = Object.fromEntries(this.hosts.map((host) => [host.name, host.holderPid]));
    writeFileSync(join(this.directory, HOSTS_FILE), JSON.stringify(holders));
  }

  async #wireInternet(): Promise<void> {
    const { servers, sites } = this.#description;
    const plugs = [
      ...servers.map((server) => ({ name: server.name, end: 'eth0', isolated: server.isolated ?? false })),
      ...sites.map((site) => ({ name: site.name, end: 'wan', isolated: false })),
    ];
    const internet = [
      `link add name internet ${QUIET_BRIDGE}`,
      `address add ${OBSERVER_ADDRESS}/${INTERNET_PREFIX_LENGTH} dev internet`,
      'link set internet up',
    ];
    const commands = plugs.flatMap(({ name, end, isolated }, index) => [
      `link add name port${index} type veth peer name ${end} netns ${this.host(name).holderPid}`,
      `link set port${index} master internet up`,
      `link set port${index} type bridge_slave isolated ${isolated ? 'on' : 'off'}`,
    ]);
    await inEnclosure(['ip', '-batch', '-'], [...internet, ...commands]);
    for (const { name, end } of plugs) {
      const host = this.host(name);
      await ipBatch(host, [`address add ${host.address}/${INTERNET_PREFIX_LENGTH} dev ${end}`, `link set ${end} up`]);
    }
  }

  async #wireSite(site: SiteDescription): Promise<void> {
    const router = this.host(site.name);
    await router.must(['nft', '-f', '-'], { input: routerRules(site) });
    await router.must(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    const ports = site.hosts.flatMap((host, index) => [
      `link add name port${index} type veth peer name eth0 netns ${this.host(host.name).holderPid}`,
      `link set port${index} master lan up`,
    ]);
    const { guests = [] } = site;
    const guestPorts = guests.flatMap((host, index) => [
      `link add name guest${index} type veth peer name eth1 netns ${this.host(host.name).holderPid}`,
      `link set guest${index} master lan up`,
    ]);
    const lan = [`link add name lan ${QUIET_BRIDGE}`, `address add ${site.lan}.1/24 dev lan`, 'link set lan up'];
    // The router sees other processes by the lab's numbers, since only network, mounts and name differ.
    await ipBatch(router, [...lan, ...ports, ...guestPorts]);
    await Promise.all(
      site.hosts.map(({ name, address }) =>
        ipBatch(this.host(name), [
          `address add ${address}/24 dev eth0`,
          'link set eth0 up',
          `route add default via ${site.lan}.1`,
        ]),
      ),
    );
    for (const { name, address } of guests) {
      await ipBatch(this.host(name), [`address add ${address}/24 dev eth1`]);
    }
    if (site.rateMbps !== undefined) await limitRate(router, site.rateMbps);
    const server = router.spawn('name-server', [
      process.execPath,
      fileURLToPath(new URL('./name-server.ts', import.meta.url)),
      ...this.#description.servers.map(({ name, address }) => `${name}.lab=${address}`),
      ...Object.entries(this.#description.names ?? {}).map(([name, address]) => `${name}=${address}`),
    ]);
    await server.prints(/ready/);
  }
}

async function ipBatch(host: Host, commands: readonly string[]): Promise<void> {
  await host.must(['ip', '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

/** Words of a queueing discipline for {@link Lab.slowDown}, or for any other cable that is to be like it. */
export function slowCable(mbps: number): readonly string[] {
  // At 5 Mbit/s a burst of 128 KiB would be 200 ms of the line; this is 13.
  return ['tbf', 'rate', `${mbps}mbit`, 'burst', '8kb', 'latency', '50ms'];
}

/** Both ways: the queue on `wan` holds what goes out, the one on `lan` what comes in. */
async function limitRate(router: Host, mbps: number): Promise<void> {
  for (const device of ['wan', 'lan']) {
    const shape = ['tbf', 'rate', `${mbps}mbit`, 'burst', '128kb', 'latency', '50ms'];
    await router.must(['tc', 'qdisc', 'add', 'dev', device, 'root', ...shape]);
  }
}

async function startHolder(script: string, log: string): Promise<number> {
  const child = spawn('unshare', ['--net', '--mount', '--uts', 'sh', '-c', script], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = createWriteStream(log);
  child.stderr.pipe(output);
  const [first] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
  if (child.pid === undefined || String(first).trim() !== 'ready') {
    throw new Error(`a host of the lab could not be made; see ${log}`);
  }
  return child.pid;
}

async function inEnclosure(command: readonly string[], lines: readonly string[] = []): Promise<void> {
  const child = spawn(command[0] ?? '', command.slice(1), { cwd: '/', stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.on('error', () => undefined); // it may end without reading any
  child.stdin.end(`${lines.join('\n')}\n`);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`building the lab: ${command.join(' ')} ended with ${code}`);
}
