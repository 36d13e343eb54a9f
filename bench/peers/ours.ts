/**
 * Causeway in the bench: relay server in the middle, an agent on every machine, activated and connected
 * as users do it.
 */
import { Causeway } from '#lab/causeway.ts';
import type { Host } from '#lab/hosts/host.ts';
import { LAB_COMMANDS, obstacle } from '#lab/prerequisites.ts';
import { atOnce } from './at-once.ts';
import type { Contender, RunningNetwork, Site } from './contender.ts';
import { MachinePrograms } from './machine-programs.ts';

export const ours: Contender = {
  name: 'ours',
  kind: 'relayed',
  prepare: async (say) => obstacle(LAB_COMMANDS, say),
  async start({ relay, machines }: Site): Promise<RunningNetwork> {
    const { causeway, administrator } = await Causeway.start(relay, 'bench');
    const group = await administrator.group('bench', { interconnected: true });
    const token = await administrator.token(group);
    const machinePrograms = new MachinePrograms((machine) => machine.spawn('agent', ['causeway', 'agent']));
    const addresses = await atOnce(machines, async (machine) => {
      const agent = await causeway.activate(machine, token);
      const status = await agent.connected();
      machinePrograms.adopt(machine, agent.program);
      return status.machine?.ipv4;
    });
    return {
      address: (machine: Host) => addresses[machines.indexOf(machine)] ?? unknown(machine),
      get programs() {
        return [causeway.relay, ...machinePrograms.all];
      },
      machinePrograms,
    };
  },
};

function unknown(machine: Host): never {
  throw new Error(`${machine.name} is not in the network`);
}
