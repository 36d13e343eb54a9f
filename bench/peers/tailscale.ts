/**
 * Tailscale over DERP: tailscaled on every machine, its relay (derper) and headscale as control server in
 * the middle. Told never to try a direct path, so that all packets pass the relay, as they do between
 * machines that no hole punching joins.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { atOnce } from './at-once.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';
import { type Built, buildGoProgram, type GoProgram } from './go-programs.ts';
import { MachinePrograms } from './machine-programs.ts';

export const TAILSCALE: GoProgram = {
  module: 'tailscale.com',
  versions: ['v1.104.5', 'v1.104.4', 'v1.102.5', 'v1.100.0'],
  commands: { 'cmd/tailscale': 'tailscale', 'cmd/tailscaled': 'tailscaled', 'cmd/derper': 'derper' },
};
const HEADSCALE: GoProgram = {
  module: 'github.com/juanfont/headscale',
  versions: ['v0.29.0', 'v0.28.0'],
  commands: { 'cmd/headscale': 'headscale' },
};

const DIRECTORY = '/run/tailscale-bench';
const SOCKET = `${DIRECTORY}/tailscaled.sock`;
const CONTROL_PORT = 8480;
export const DERP_PORT = 8443;
/** In the range that both use, and apart from what Causeway gives out in a small subscription. */
const PREFIX = '100.127.0.0/24';

export const tailscale: Contender = {
  name: 'tailscale',
  kind: 'relayed',
  async prepare(say) {
    const programs = findPrograms(say);
    return typeof programs === 'string' ? programs : obstacle([...LAB_COMMANDS, 'openssl'], say);
  },
  async start({ relay, machines }: Site): Promise<RunningNetwork> {
    const programs = findPrograms(() => undefined);
    if (typeof programs === 'string') throw new Error(programs);
    const derper = await startDerper(relay, programs.tailscale);
    const key = await startHeadscale(relay, programs.headscale);
    const daemons = new MachinePrograms((machine) => startDaemon(machine, programs.tailscale));
    const ip = [programs.tailscale.path('tailscale'), `--socket=${SOCKET}`, 'ip', '-4'];
    const addresses = await atOnce(machines, async (machine) => {
      await machine.must(['mkdir', '-p', DIRECTORY]);
      daemons.start(machine);
      await join(machine, programs.tailscale, relay, key);
      return machine.must(ip);
    });
    return {
      address: (machine) => addresses[machines.indexOf(machine)] ?? '',
      // headscale carries no traffic.
      get programs() {
        return [derper, ...daemons.all];
      },
      machinePrograms: daemons,
    };
  },
};

/** Builds them if need be; a sentence when that can not be. */
function findPrograms(say: (line: string) => void): { tailscale: Built; headscale: Built } | string {
  const client = buildGoProgram(TAILSCALE, say);
  if (typeof client === 'string') return client;
  const control = buildGoProgram(HEADSCALE, say);
  return typeof control === 'string' ? control : { tailscale: client, headscale: control };
}

/** derper alone, with a certificate of its own, on a host. */
export async function startDerper(host: Host, built: Built): Promise<Program> {
  await host.must(['mkdir', '-p', DIRECTORY]);
  await host.must(
    [
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ].concat(
      ['-subj', `/CN=${host.address}`, '-addext', `subjectAltName=IP:${host.address}`],
      ['-keyout', `${DIRECTORY}/${host.address}.key`, '-out', `${DIRECTORY}/${host.address}.crt`],
    ),
  );
  const options = ['-a', `:${DERP_PORT}`, '-http-port', '-1', '-stun=false', '-hostname', host.address];
  const certificate = ['-certmode', 'manual', '-certdir', DIRECTORY, '-c', `${DIRECTORY}/derper.json`];
  const program = host.spawn('derper', [built.path('derper'), ...options, ...certificate]);
  await program.prints(/serving|listening/i);
  return program;
}

/** @returns a key with which machines join */
async function startHeadscale(host: Host, built: Built): Promise<string> {
  const file = `${DIRECTORY}/headscale.yaml`;
  await host.write(`${DIRECTORY}/derp.yaml`, derpMap(host.address));
  await host.write(file, headscaleConfiguration(host.address));
  const command = [built.path('headscale'), '--config', file];
  const program = host.spawn('headscale', [...command, 'serve']);
  await program.prints(/listening and serving HTTP/i, 30_000);
  await host.must([...command, 'users', 'create', 'bench']);
  const created = await host.must([
    ...command,
    'preauthkeys',
    'create',
    '--user',
    '1',
    '--reusable',
    '--expiration',
    '24h',
    '--output',
    'json',
  ]);
  return (JSON.parse(created) as { key: string }).key;
}

/** Joined once, it connects by itself after every later start. */
function startDaemon(host: Host, built: Built): Program {
  return host.spawn(
    'tailscaled',
    [built.path('tailscaled'), `--statedir=${DIRECTORY}`, `--socket=${SOCKET}`, '--tun=ts-bench', '--port=0'],
    { environment: { TS_DEBUG_ALWAYS_USE_DERP: '1', TS_NO_LOGS_NO_SUPPORT: '1' } },
  );
}

async function join(host: Host, built: Built, relay: Host, key: string): Promise<void> {
  await host.must(
    [
      built.path('tailscale'),
      `--socket=${SOCKET}`,
      'up',
      `--login-server=http://${relay.address}:${CONTROL_PORT}`,
    ].concat([
      `--authkey=${key}`,
      `--hostname=${host.name}`,
      '--accept-dns=false',
      '--netfilter-mode=off',
      '--timeout=30s',
    ]),
    { timeoutMs: 40_000 },
  );
}

function derpMap(address: string): string {
  // InsecureForTests: the certificate is its own. It changes who vouches for the key, not the encryption.
  return `
regions:
  900:
    regionid: 900
    regioncode: bench
    regionname: bench
    nodes:
      - name: bench
        regionid: 900
        hostname: ${address}
        ipv4: ${address}
        derpport: ${DERP_PORT}
        stunport: -1
        stunonly: false
        insecurefortests: true
`;
}

function headscaleConfiguration(address: string): string {
  return `
server_url: http://${address}:${CONTROL_PORT}
listen_addr: 0.0.0.0:${CONTROL_PORT}
metrics_listen_addr: 127.0.0.1:0
grpc_listen_addr: 127.0.0.1:0
noise:
  private_key_path: ${DIRECTORY}/noise.key
prefixes:
  v4: ${PREFIX}
  allocation: sequential
derp:
  server:
    enabled: false
  urls: []
  paths: [${DIRECTORY}/derp.yaml]
  auto_update_enabled: false
disable_check_updates: true
database:
  type: sqlite
  sqlite:
    path: ${DIRECTORY}/headscale.db
unix_socket: ${DIRECTORY}/headscale.sock
dns:
  magic_dns: false
  base_domain: bench.invalid
  override_local_dns: false
`;
}
