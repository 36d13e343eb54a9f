/**
 * OpenVPN over TCP: two clients that reach each other through their server (client-to-client), with the
 * defaults of 2.6 (TLS, AES-256-GCM). Kernel data-channel offload is off: it does not do TCP.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { atOnce } from './at-once.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';
import { MachinePrograms } from './machine-programs.ts';

const DIRECTORY = '/run/openvpn-bench';

export const openvpn: Contender = {
  name: 'openvpn',
  kind: 'relayed',
  prepare: async (say) => obstacle([...LAB_COMMANDS, 'openvpn', 'openssl'], say),
  async start({ relay, machines }: Site): Promise<RunningNetwork> {
    const serverPrint = await makeKey(relay);
    const address = (machine: Host) => `10.98.0.${2 + machines.indexOf(machine)}`;
    const clientPrints = await atOnce(machines, async (machine) => {
      await relay.write(`${DIRECTORY}/clients/${machine.name}`, `ifconfig-push ${address(machine)} 255.255.255.0\n`);
      return makeKey(machine);
    });
    await configure(relay, [
      'mode server',
      'tls-server',
      'proto tcp-server',
      'port 1194',
      'topology subnet',
      'ifconfig 10.98.0.1 255.255.255.0',
      'ifconfig-pool 10.98.0.2 10.98.0.253',
      'push "topology subnet"',
      'client-to-client',
      'dh none',
      `client-config-dir ${DIRECTORY}/clients`,
      fingerprints(clientPrints),
    ]);
    const client = ['client', 'proto tcp-client', `remote ${relay.address} 1194`, fingerprints([serverPrint])];
    const server = launch(relay);
    const machinePrograms = new MachinePrograms(launch);
    await atOnce(machines, async (machine) => {
      await configure(machine, client);
      machinePrograms.start(machine);
    });
    return {
      address,
      get programs() {
        return [server, ...machinePrograms.all];
      },
      machinePrograms,
    };
  },
};

function launch(host: Host): Program {
  return host.spawn('openvpn', ['openvpn', '--config', `${DIRECTORY}/openvpn.conf`]);
}

async function configure(host: Host, lines: readonly string[]): Promise<void> {
  const own = [
    'dev openvpn-bench',
    'dev-type tun',
    'disable-dco',
    'data-ciphers AES-256-GCM',
    'tcp-nodelay',
    'keepalive 10 60',
    `cert ${DIRECTORY}/cert.pem`,
    `key ${DIRECTORY}/key.pem`,
  ];
  await host.write(`${DIRECTORY}/openvpn.conf`, `${[...lines, ...own].join('\n')}\n`);
}

function fingerprints(prints: readonly string[]): string {
  return `<peer-fingerprint>\n${prints.join('\n')}\n</peer-fingerprint>`;
}

/** Makes a key and a certificate of its own for the host. @returns the certificate's SHA-256 fingerprint */
async function makeKey(host: Host): Promise<string> {
  const [key, certificate] = [`${DIRECTORY}/key.pem`, `${DIRECTORY}/cert.pem`];
  await host.must(['mkdir', '-p', DIRECTORY]);
  await host.must(
    ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'].concat([
      '-subj',
      `/CN=${host.name}`,
      '-keyout',
      key,
      '-out',
      certificate,
    ]),
  );
  const print = await host.must(['openssl', 'x509', '-in', certificate, '-noout', '-fingerprint', '-sha256']);
  return print.slice(print.indexOf('=') + 1);
}
