/**
 * What a tunnel must offer to be compared: it joins `left` and `right` through `relay`, three hosts of
 * which the outer two do not see each other.
 */
import type { LabDescription } from '#lab/hosts/description.ts';
import type { Program } from '#lab/hosts/host.ts';
import type { Lab } from '#lab/hosts/lab.ts';
import type { Command } from '#lab/prerequisites.ts';

export const BENCH_LAB: LabDescription = {
  sites: [],
  servers: [
    { name: 'left', address: '198.18.1.1', isolated: true },
    { name: 'relay', address: '198.18.1.2' },
    { name: 'right', address: '198.18.1.3', isolated: true },
  ],
};

export interface Contender {
  readonly name: 'ours' | 'openvpn' | 'tinc';
  /** Commands without which it can not take part. */
  readonly needs: readonly Command[];
  start(lab: Lab): Promise<RunningTunnel>;
}

export interface RunningTunnel {
  /** Address of `right` inside the tunnel. */
  readonly target: string;
  /** Every process that carries the tunnel's traffic, on all three hosts. */
  readonly programs: readonly Program[];
}

/**
 * Waits until `right` answers through the tunnel.
 * @throws Error with the programs' last words after 20 s
 */
export async function waitForAnswer(lab: Lab, tunnel: RunningTunnel): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const { code } = await lab.host('left').run(['ping', '-c', '1', '-W', '1', tunnel.target]);
    if (code === 0) return;
  }
  const words = tunnel.programs.map((program) => `--- ${program.label}\n${program.tail()}`).join('\n');
  throw new Error(`no answer from ${tunnel.target} through the tunnel\n${words}`);
}
