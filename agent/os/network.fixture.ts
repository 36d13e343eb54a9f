/** Scenarios of network.test.ts, each run in an enclosure. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunCommand, runCommand } from './command.ts';
import { describeNetwork } from './describe-network.ts';
import { codeOf, runScenario, sh } from './enclosure.fixture.ts';
import { cleanUpNetwork, configureNetwork, type NetworkOptions } from './network.ts';
import { proveRoute } from './prove-route.ts';
import { takeSnapshot } from './snapshot.ts';

const ADAPTER = 'cwos0';
const NETWORK: NetworkOptions = {
  adapter: ADAPTER,
  ipv4: '100.64.1.1',
  ipv6: 'fd12:3456:789a::1',
  ipv6Range: 'fd12:3456:789a::/48',
  mtu: 1_400,
};

const withoutRights: RunCommand = (program, args, input) => {
  const drop = ['--reuid=65534', '--clear-groups', '--inh-caps=-all', program.command];
  return runCommand({ ...program, command: 'setpriv' }, [...drop, ...args], input);
};
const notInstalled: RunCommand = (program, ...rest) => runCommand({ ...program, command: 'cwos-no-such' }, ...rest);

const busyBox: RunCommand = async () => ({ code: 1, stdout: '', stderr: 'ip: unrecognized option: json\n' });

/** Lines of a snapshot that do not name the adapter. */
const others = (snapshot: object) =>
  Object.values(snapshot).map((part) =>
    String(part)
      .split('\n')
      .filter((line) => !line.includes(ADAPTER)),
  );

async function prepare(): Promise<void> {
  await sh(`ip link set lo up; ip tuntap add ${ADAPTER} mode tun; ip link add cwos-a type veth peer name cwos-b`);
  // Link-local addresses would come a moment later, between two snapshots.
  await sh('ip link set cwos-a addrgenmode none; ip link set cwos-b addrgenmode none');
  await sh('ip addr add 192.0.2.9/24 dev cwos-a; ip link set cwos-b up; ip link set cwos-a up');
  await sh('ip route add default via 192.0.2.1');
}

const showAddresses = () => sh(`ip -o address show dev ${ADAPTER} | awk '{print $4}'`);
const showRoutes = () => sh(`ip route show dev ${ADAPTER}; ip -6 route show dev ${ADAPTER}`);

await runScenario({
  async setUp() {
    await prepare();
    await sh(`ip link delete ${ADAPTER}`);
    const before = await takeSnapshot();
    await sh(`ip tuntap add ${ADAPTER} mode tun`);
    const setup = await configureNetwork(NETWORK);
    const during = {
      ipv6: setup.ipv6,
      mtu: await sh(`ip -o link show ${ADAPTER} | grep -o 'mtu [0-9]*'`),
      addresses: await showAddresses(),
      routes: await showRoutes(),
      toPeer: await sh('ip -o route get 100.99.9.9; ip -o route get fd12:3456:789a:9::9'),
      elsewhere: await sh('ip -o route get 198.51.100.1'),
    };
    const othersEqual = JSON.stringify(others(await takeSnapshot())) === JSON.stringify(others(before));
    await setup[Symbol.asyncDispose]();
    await setup[Symbol.asyncDispose]();
    const left = `${await showAddresses()}${await showRoutes()}`;
    await sh(`ip link delete ${ADAPTER}`);
    return { left, during, othersEqual, before, after: await takeSnapshot() };
  },

  async routes() {
    await prepare();
    const towards = ['100.99.9.9', 'fd12:3456:789a:9::9'];
    const before = await codeOf(proveRoute(ADAPTER, towards));
    const setup = await configureNetwork(NETWORK);
    const well = await proveRoute(ADAPTER, towards);
    const { addresses, routes, resolver } = await describeNetwork(ADAPTER);
    // As another private network does it: in a table of its own, by a rule that goes first.
    await sh('ip route add default dev cwos-a table 77; ip rule add to 100.64.0.0/10 lookup 77');
    const taken = await codeOf(proveRoute(ADAPTER, towards));
    await sh('ip rule del lookup 77; ip -6 route add blackhole fd12:3456:789a:9::/64');
    const refused = await codeOf(proveRoute(ADAPTER, towards));
    await setup[Symbol.asyncDispose]();
    await sh(`ip link delete ${ADAPTER}`);
    const gone = await describeNetwork(ADAPTER);
    return { before, well, taken, refused, addresses, routes, resolver: resolver.length, gone: gone.addresses };
  },

  async leftovers() {
    await prepare();
    await configureNetwork(NETWORK);
    const held = await cleanUpNetwork({ adapter: ADAPTER });
    const setup = await configureNetwork(NETWORK);
    await sh(`ip link delete ${ADAPTER}`);
    await setup[Symbol.asyncDispose]();
    const dead = await cleanUpNetwork({ adapter: ADAPTER });
    return { held, dead, routes: await sh('ip route show table all; ip -6 route show table all') };
  },

  async overlaps() {
    await prepare();
    const codes: Record<string, string> = {};
    for (const [title, route] of [
      ['equal', '100.64.0.0/10 dev cwos-a'],
      ['inside', '100.100.0.0/16 via 192.0.2.1'],
      ['other table', '100.64.0.0/10 dev cwos-a table 52'],
      ['blackhole', 'blackhole 100.64.0.0/10'],
      ['ipv6', 'fd12:3456:789a:5::/64 dev cwos-a'],
      ['wider', '100.0.0.0/8 dev cwos-a'],
      ['beside', '100.128.0.0/10 dev cwos-a'],
    ]) {
      await sh(`ip route add ${route}`);
      codes[title ?? ''] = await codeOf(configureNetwork(NETWORK));
      await cleanUpNetwork({ adapter: ADAPTER });
      await sh(`ip route del ${route}`);
    }
    const server = await mkdtemp(join(tmpdir(), 'cwos-'));
    const resolvConfs = [join(server, 'missing'), join(server, 'resolv.conf')];
    await writeFile(join(server, 'resolv.conf'), 'nameserver 192.0.2.1\nnameserver 100.100.100.100\n');
    codes['name server'] = await codeOf(configureNetwork({ ...NETWORK, resolvConfs }));
    await rm(server, { recursive: true });
    await sh('ip addr add 100.72.0.5/32 dev cwos-a');
    codes.address = await codeOf(configureNetwork(NETWORK));
    return codes;
  },

  async refusals() {
    await prepare();
    const notRoot = await codeOf(configureNetwork({ ...NETWORK, run: withoutRights }));
    const noAdapter = await codeOf(configureNetwork({ ...NETWORK, adapter: 'cwos9' }));
    const noCommand = await codeOf(configureNetwork({ ...NETWORK, run: notInstalled }));
    const otherIp = await codeOf(configureNetwork({ ...NETWORK, run: busyBox }));
    const badAddress = await codeOf(configureNetwork({ ...NETWORK, ipv6: 'nonsense' }));
    return {
      notRoot,
      noAdapter,
      noCommand,
      otherIp,
      badAddress,
      left: `${await showAddresses()}${await showRoutes()}`,
    };
  },

  async withoutIpv6() {
    await prepare();
    await writeFile(`/proc/sys/net/ipv6/conf/${ADAPTER}/disable_ipv6`, '1');
    const setup = await configureNetwork(NETWORK);
    return { ipv6: setup.ipv6, addresses: await showAddresses(), routes: await showRoutes() };
  },
});
