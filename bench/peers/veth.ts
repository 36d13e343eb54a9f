/**
 * No tunnel at all: a virtual cable between the first two machines. The physical bound on one computer.
 */
import type { Host } from '#lab/hosts/host.ts';
import { type Contender, directWire, type RunningNetwork, type Site } from './contender.ts';

export const veth: Contender = {
  name: 'veth',
  kind: 'bound',
  prepare: async () => null,
  async start({ machines: [first, second] }: Site): Promise<RunningNetwork> {
    if (first === undefined || second === undefined) throw new Error('a cable has two ends');
    const [a, b] = await directWire(first, second);
    return {
      address(machine: Host): string {
        if (machine !== first && machine !== second) throw new Error(`${machine.name} has no cable`);
        return machine === first ? a : b;
      },
      programs: [],
    };
  },
};
