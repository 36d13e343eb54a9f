/**
 * tinc 1.0 over TCP only, with the middle node passing on what the outer two send (TCPOnly,
 * IndirectData), and its default ciphers.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { atOnce } from './at-once.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';
import { MachinePrograms } from './machine-programs.ts';

const DIRECTORY = '/run/tinc-bench';

export const tinc: Contender = {
  name: 'tinc',
  kind: 'relayed',
  prepare: async (say) => obstacle([...LAB_COMMANDS, 'tincd'], say),
  async start({ relay, machines }: Site): Promise<RunningNetwork> {
    const hosts = [relay, ...machines];
    const address = (host: Host) => `10.97.0.${1 + hosts.indexOf(host)}`;
    const hostFiles = await atOnce(hosts, async (host) => {
      const file = `${await makeKey(host)}\n${hostFile(host === relay ? host.address : null, address(host))}`;
      return `cat > ${DIRECTORY}/hosts/${host.name} << 'end of file'\n${file}end of file\n`;
    });
    const processes = new MachinePrograms(launch);
    await atOnce(hosts, async (host) => {
      // Every host has a file about every other: one script writes them all.
      await host.must(['sh'], { input: hostFiles.join('') });
      await host.write(`${DIRECTORY}/tinc.conf`, configuration(host.name));
      await host.write(`${DIRECTORY}/tinc-up`, upScript(address(host)));
      await host.must(['chmod', '+x', `${DIRECTORY}/tinc-up`]);
    });
    for (const host of hosts) processes.start(host);
    return {
      address,
      get programs() {
        return processes.all;
      },
      machinePrograms: processes,
    };
  },
};

function launch(host: Host): Program {
  return host.spawn('tinc', ['tincd', '-c', DIRECTORY, '--no-detach', '--pidfile', `${DIRECTORY}/pid`, '--debug=1']);
}

/** @returns the public key, PEM */
async function makeKey(host: Host): Promise<string> {
  await host.write(`${DIRECTORY}/tinc.conf`, `Name = ${host.name}\n`);
  await host.must(['mkdir', '-p', `${DIRECTORY}/hosts`]);
  await host.must(['tincd', '-c', DIRECTORY, '-K2048'], { input: '\n\n' });
  return host.must(['cat', `${DIRECTORY}/hosts/${host.name}`]);
}

function hostFile(address: string | null, subnet: string): string {
  const lines = [`Subnet = ${subnet}/32`, 'TCPOnly = yes', 'IndirectData = yes'];
  return `${[...(address === null ? [] : [`Address = ${address}`]), ...lines].join('\n')}\n`;
}

function configuration(name: string): string {
  const lines = [`Name = ${name}`, 'Interface = tinc-bench', 'TCPOnly = yes', 'IndirectData = yes', 'AutoConnect = no'];
  return `${[...lines, ...(name === 'relay' ? [] : ['ConnectTo = relay'])].join('\n')}\n`;
}

function upScript(address: string): string {
  return `#!/bin/sh\nip address add ${address}/24 dev "$INTERFACE"\nip link set "$INTERFACE" up\n`;
}
