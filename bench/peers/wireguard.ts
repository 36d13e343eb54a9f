/**
 * WireGuard in user space (wireguard-go), straight over the cable between the first two machines: what an
 * encrypting tunnel can do that pays for no relay.
 */
import type { Host, Program } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { type Contender, directWire, type RunningNetwork, type Site } from './contender.ts';
import { buildGoProgram, type GoProgram } from './go-programs.ts';

const WIREGUARD: GoProgram = {
  module: 'golang.zx2c4.com/wireguard',
  versions: ['v0.0.0-20260522210424-ecfc5a8d5446'],
  commands: { '': 'wireguard-go' },
};

const INTERFACE = 'wg-bench';
const KEY = '/run/wireguard-bench/key';
const PORT = '51820';
const ADDRESSES = ['10.95.0.1', '10.95.0.2'] as const;

export const wireguard: Contender = {
  name: 'wireguard',
  kind: 'bound',
  async prepare(say) {
    const built = buildGoProgram(WIREGUARD, say);
    return typeof built === 'string' ? built : obstacle([...LAB_COMMANDS, 'wg'], say);
  },
  async start({ machines: [first, second] }: Site): Promise<RunningNetwork> {
    if (first === undefined || second === undefined) throw new Error('a cable has two ends');
    const built = buildGoProgram(WIREGUARD, () => undefined);
    if (typeof built === 'string') throw new Error(built);
    const wire = await directWire(first, second);
    const keys = [await makeKey(first), await makeKey(second)] as const;
    const programs = [];
    for (const [host, own, other] of [
      [first, 0, 1],
      [second, 1, 0],
    ] as const) {
      programs.push(await launch(host, built.path('wireguard-go')));
      await host.must(
        ['wg', 'set', INTERFACE, 'listen-port', PORT, 'private-key', KEY, 'peer', keys[other]].concat([
          'allowed-ips',
          `${ADDRESSES[other]}/32`,
          'endpoint',
          `${wire[other]}:${PORT}`,
        ]),
      );
      await host.must(['ip', 'address', 'add', `${ADDRESSES[own]}/24`, 'dev', INTERFACE]);
      await host.must(['ip', 'link', 'set', INTERFACE, 'up']);
    }
    return {
      address(machine: Host): string {
        if (machine !== first && machine !== second) throw new Error(`${machine.name} has no cable`);
        return machine === first ? ADDRESSES[0] : ADDRESSES[1];
      },
      programs,
    };
  },
};

/** @returns the public key */
async function makeKey(host: Host): Promise<string> {
  const secret = await host.must(['wg', 'genkey']);
  await host.write(KEY, `${secret}\n`);
  return host.must(['wg', 'pubkey'], { input: `${secret}\n` });
}

async function launch(host: Host, command: string): Promise<Program> {
  // Of a packet in order it logs nothing, at any level; that `wg` may speak to it, at this one only.
  const program = host.spawn('wireguard', [command, '--foreground', INTERFACE], {
    environment: { LOG_LEVEL: 'verbose' },
  });
  await program.prints(/UAPI listener started/);
  return program;
}
