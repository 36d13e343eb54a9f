/**
 * Causeway in the bench: relay in the middle, agents left and right, activated and connected as always.
 */
import { Causeway } from '#lab/causeway.ts';
import type { Lab } from '#lab/hosts/lab.ts';
import type { Contender, RunningTunnel } from './contender.ts';

export const ours: Contender = {
  name: 'ours',
  needs: [],
  async start(lab: Lab): Promise<RunningTunnel> {
    const { causeway, administrator } = await Causeway.start(lab.host('relay'), 'bench');
    const group = await administrator.group('bench', { interconnected: true });
    const token = await administrator.token(group);
    const left = await causeway.activate(lab.host('left'), token);
    const right = await causeway.activate(lab.host('right'), token);
    await left.connected();
    await right.connected();
    return {
      target: (await right.addresses()).ipv4,
      programs: [causeway.relay, left.program, right.program],
    };
  },
};
