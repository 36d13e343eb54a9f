/**
 * Scenario of systemd-resolved.test.ts: a real systemd-resolved on a bus of its own, in an enclosure with
 * an /etc and a /run of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, appendFile, lstat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_DNS_ADDRESS } from '#agent/dns/server.ts';
import { codeOf, runScenario, sh } from './enclosure.fixture.ts';
import { DOMAINS, SELF_ADDRESSES, SELF_NAME, SQL01, seen, startOurs, startUpstream, ZONE } from './names.fixture.ts';
import { configureNetwork } from './network.ts';
import { setUpResolver } from './resolver.ts';
import { proveNames } from './self-test.ts';
import { takeSnapshot } from './snapshot.ts';

const ROOT = process.env.SYSTEMD_RESOLVED_ROOT ?? '';
const BUS_CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>`;

const daemons: ChildProcess[] = [];
function start(command: string, ...args: string[]): void {
  daemons.push(spawn(command, args, { stdio: 'ignore' }));
}

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return;
    await delay(50);
  }
  throw new Error(`${path} did not appear`);
}

async function startResolved(): Promise<void> {
  await sh('mount -t tmpfs cwos /run; mkdir -p /run/dbus /run/systemd/resolve /run/upper /run/work');
  await sh('mount -t overlay cwos -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc');
  await appendFile('/etc/passwd', 'systemd-resolve:x:65001:65001::/:/usr/sbin/nologin\n');
  await appendFile('/etc/group', 'systemd-resolve:x:65001:\n');
  await writeFile('/etc/nsswitch.conf', 'hosts: files dns\n');
  await sh('chown 65001:65001 /run/systemd/resolve; rm -f /etc/resolv.conf');
  await sh('ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf');
  await writeFile('/run/bus.conf', BUS_CONFIG);
  start('dbus-daemon', '--config-file=/run/bus.conf', '--nofork', '--nopidfile');
  await appears('/run/dbus/system_bus_socket');
  start(`${ROOT}/lib/systemd/systemd-resolved`);
  await appears('/run/systemd/resolve/stub-resolv.conf');
}

/** resolved writes its files and follows links a moment after it was told. */
async function eventually(expected: string, look: () => Promise<string>): Promise<string> {
  let last = await look();
  for (let tries = 0; tries < 50 && last !== expected; tries++) {
    await delay(100);
    last = await look();
  }
  return last;
}

await runScenario(
  {
    async splitDns() {
      if (ROOT) {
        process.env.LD_LIBRARY_PATH = `${ROOT}/usr/lib/x86_64-linux-gnu/systemd`;
        process.env.PATH = `${ROOT}/usr/bin:${process.env.PATH}`;
      }
      await sh(
        'ip link set lo up; ip link add cwos-a type veth peer name cwos-b; ip link add cwos0 type veth peer name cwos1',
      );
      await sh('ip addr add 192.0.2.9/24 dev cwos-a; for i in cwos-a cwos-b cwos0 cwos1; do ip link set $i up; done');
      await startResolved();
      const upstream = await startUpstream('127.0.0.2');
      await sh("resolvectl dns cwos-a 127.0.0.2; resolvectl domain cwos-a '~.'");
      const server = await startOurs();
      const network = await configureNetwork({ ...ZONE.self, adapter: 'cwos0', ipv6Range: ZONE.ipv6Range, mtu: 1_400 });
      const { resolvConf } = await takeSnapshot();
      const names = { suffix: DOMAINS.forward, routedDomains: DOMAINS.reverse, server: DEFAULT_DNS_ADDRESS };
      const setup = await setUpResolver({ ...names, adapter: 'cwos0', stateDirectory: '/run', hostName: 'web1' });
      const during = {
        mode: setup.mode,
        bare: await eventually(SQL01.ipv4, () => seen('sql01')),
        full: await seen(`sql01.${DOMAINS.forward}`),
        reverse: await sh(`getent hosts ${SQL01.ipv4} | awk '{print $2}'`),
        denied: await seen(`other.${DOMAINS.forward}`),
        outside: await eventually('198.51.100.80', () => seen('www.example.com')),
        proof: await codeOf(proveNames(SELF_NAME, SELF_ADDRESSES)),
        link: (await lstat('/etc/resolv.conf')).isSymbolicLink(),
        leaked: [...upstream.asked].filter((name) => /causeway\.internal$|100\.in-addr\.arpa$/.test(name)),
      };
      await setup.restore();
      const after = {
        dns: await sh('resolvectl dns cwos0'),
        domain: await sh('resolvectl domain cwos0'),
        outside: await eventually('198.51.100.80', () => seen('www.example.com')),
        resolvConfEqual: (await eventually(resolvConf, async () => (await takeSnapshot()).resolvConf)) === resolvConf,
      };
      // As after kill -9: the link goes, and its settings with it.
      await setUpResolver({ ...names, adapter: 'cwos0', stateDirectory: '/run', hostName: 'web1' });
      await sh('ip link delete cwos0');
      await setup.restore();
      const gone = await eventually('none', () => seen(`sql01.${DOMAINS.forward}`));
      await network[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      return { during, after, gone };
    },
  },
  async () => {
    for (const daemon of daemons.reverse()) {
      if (daemon.exitCode !== null || !daemon.kill('SIGKILL')) continue;
      await once(daemon, 'exit');
    }
  },
);
