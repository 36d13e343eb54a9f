/**
 * Nebula through a relay: lighthouse and relay in one node in the middle, with the defaults of the version.
 * Hole punching is off, and the machines look for each other on the bridge only, where they do not see each
 * other. So all packets pass the relay, as they do between machines behind strict firewalls.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';
import { type Built, buildGoProgram, type GoProgram } from './go-programs.ts';

const NEBULA: GoProgram = {
  module: 'github.com/slackhq/nebula',
  versions: ['v1.12.0', 'v1.11.2', 'v1.11.1'],
  commands: { 'cmd/nebula': 'nebula', 'cmd/nebula-cert': 'nebula-cert' },
};

const DIRECTORY = '/run/nebula-bench';
const PORT = 4242;
const RELAY_ADDRESS = '10.96.0.1';

export const nebula: Contender = {
  name: 'nebula',
  kind: 'relayed',
  async prepare(say) {
    const built = buildGoProgram(NEBULA, say);
    return typeof built === 'string' ? built : obstacle(LAB_COMMANDS, say);
  },
  async start({ relay, machines }: Site): Promise<RunningNetwork> {
    const built = buildGoProgram(NEBULA, () => undefined);
    if (typeof built === 'string') throw new Error(built);
    await makeAuthority(relay, built);
    const address = (machine: Host) => `10.96.0.${2 + machines.indexOf(machine)}`;
    const middle = ['lighthouse:', '  am_lighthouse: true', 'relay:', '  am_relay: true', '  use_relays: false'];
    const programs = [await launch(relay, built, relay, RELAY_ADDRESS, middle)];
    for (const machine of machines) {
      programs.push(await launch(machine, built, relay, address(machine), machineLines(relay)));
    }
    return { address, programs };
  },
};

/** The network's own certificate authority, on the relay's host for want of a better one. */
async function makeAuthority(relay: Host, built: Built): Promise<void> {
  await relay.must(['mkdir', '-p', DIRECTORY]);
  const files = ['-out-crt', `${DIRECTORY}/ca.crt`, '-out-key', `${DIRECTORY}/ca.key`];
  await relay.must([built.path('nebula-cert'), 'ca', '-name', 'bench', ...files]);
}

/** @param authority the host that signs */
async function launch(
  host: Host,
  built: Built,
  authority: Host,
  address: string,
  lines: readonly string[],
): Promise<Program> {
  const [certificate, key] = [`${DIRECTORY}/${host.name}.crt`, `${DIRECTORY}/${host.name}.key`];
  const signer = ['-ca-crt', `${DIRECTORY}/ca.crt`, '-ca-key', `${DIRECTORY}/ca.key`];
  const signed = ['-name', host.name, '-networks', `${address}/24`, '-out-crt', certificate, '-out-key', key];
  await authority.must([built.path('nebula-cert'), 'sign', ...signer, ...signed]);
  for (const file of [`${DIRECTORY}/ca.crt`, certificate, key]) {
    if (host !== authority) await host.write(file, `${await authority.must(['cat', file])}\n`);
  }
  const own = [
    'pki:',
    `  ca: ${DIRECTORY}/ca.crt`,
    `  cert: ${certificate}`,
    `  key: ${key}`,
    'listen:',
    '  host: 0.0.0.0',
    `  port: ${PORT}`,
    'punchy:',
    '  punch: false',
    'tun:',
    '  dev: nebula-bench',
    'firewall:',
    '  outbound: [{ port: any, proto: any, host: any }]',
    '  inbound: [{ port: any, proto: any, host: any }]',
  ];
  await host.write(`${DIRECTORY}/config.yml`, `${[...own, ...lines].join('\n')}\n`);
  return host.spawn('nebula', [built.path('nebula'), '-config', `${DIRECTORY}/config.yml`]);
}

function machineLines(relay: Host): string[] {
  return [
    'static_host_map:',
    `  "${RELAY_ADDRESS}": ["${relay.address}:${PORT}"]`,
    'lighthouse:',
    `  hosts: ["${RELAY_ADDRESS}"]`,
    // It would find the direct cable, and the overlays of the other contenders.
    '  local_allow_list:',
    '    interfaces: { eth0: true }',
    '  remote_allow_list:',
    `    "${relay.address}/24": true`,
    '    "::/0": false',
    'relay:',
    `  relays: ["${RELAY_ADDRESS}"]`,
    '  use_relays: true',
  ];
}
