/**
 * The faults that the soak injects. Each begins, lasts, is undone, and is noted with those whom it concerns; which
 * comes next, whom it strikes and how long it lasts follows from the seed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Causeway } from '../causeway.ts';
import type { Host } from '../hosts/host.ts';
import type { Lab } from '../hosts/lab.ts';
import type { SeededRandom } from '../population/seeded-random.ts';
import type { Ledger } from './ledger.ts';
import { MACHINES, type Machine } from './world.ts';

export interface Struck {
  readonly lab: Lab;
  readonly causeway: Causeway;
  readonly ledger: Ledger;
  readonly random: SeededRandom;
}

/** Strikes one machine. */
export interface MachineFault {
  readonly kind: string;
  /** Ends the agent: only those machines whose agents are not watched for leaks. */
  readonly ends?: true;
  strike(machine: Machine, struck: Struck): Promise<void>;
}

export const MACHINE_FAULTS: readonly MachineFault[] = [
  {
    kind: 'agent killed (kill -9) and started again',
    ends: true,
    async strike({ name }, { lab, causeway, random }) {
      await causeway.agent(name).kill();
      await sleep(drawn(random, 500, 5_000));
      await causeway.startAgent(lab.host(name));
    },
  },
  {
    kind: 'agent stopped (SIGSTOP)',
    async strike({ name }, { causeway, random }) {
      const { pid } = causeway.agent(name).program;
      process.kill(pid, 'SIGSTOP');
      await sleep(drawn(random, 2_000, 20_000));
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    kind: 'interface down',
    async strike({ name, lan }, { lab, random }) {
      await lab.cutLink(name);
      await sleep(drawn(random, 2_000, 15_000));
      await lab.cutLink(name, false);
      // What a DHCP client does then: routes go with the interface.
      await lab.host(name).must(['ip', 'route', 'replace', 'default', 'via', `${lan}.1`]);
    },
  },
  {
    kind: 'cable out',
    async strike({ name }, { lab, random }) {
      await lab.pullCable(name);
      await sleep(drawn(random, 2_000, 15_000));
      await lab.pullCable(name, false);
    },
  },
  {
    kind: 'address changed',
    async strike({ name, lan, addresses }, { lab }) {
      const host = lab.host(name);
      const present = await host.must(['ip', '-4', '-o', 'address', 'show', 'dev', 'eth0']);
      const [from, to] = present.includes(`${lan}.${addresses[0]}/`) ? addresses : [addresses[1], addresses[0]];
      await host.must(['ip', 'address', 'del', `${lan}.${from}/24`, 'dev', 'eth0']);
      await host.must(['ip', 'address', 'add', `${lan}.${to}/24`, 'dev', 'eth0']);
      await host.must(['ip', 'route', 'replace', 'default', 'via', `${lan}.1`]);
    },
  },
  {
    kind: 'firewall drops silently (half-open TCP)',
    async strike({ name, site, lan }, { lab, random }) {
      const router = lab.host(site);
      const addresses = `${lan}.${lastOctets(name).join(`, ${lan}.`)}`;
      const rules = `table ip hole_${name} {
        chain forward {
          type filter hook forward priority -10;
          ip saddr { ${addresses} } drop
          ip daddr { ${addresses} } drop
        }
      }
`;
      await router.must(['nft', '-f', '-'], { input: rules });
      await sleep(drawn(random, 3_000, 20_000));
      await router.must(['nft', 'delete', 'table', 'ip', `hole_${name}`]);
    },
  },
];

/** Strikes a whole site. */
export interface SiteFault {
  readonly kind: string;
  strike(site: string, struck: Struck): Promise<void>;
}

export const SITE_FAULTS: readonly SiteFault[] = [
  {
    kind: 'site’s line dead',
    async strike(site, { lab, random }) {
      await lab.host(site).must(['ip', 'link', 'set', 'wan', 'down']);
      await sleep(drawn(random, 2_000, 15_000));
      await lab.host(site).must(['ip', 'link', 'set', 'wan', 'up']);
    },
  },
  {
    kind: 'site’s public address changed',
    async strike(site, { lab }) {
      const router = lab.host(site);
      const present = await router.must(['ip', '-4', '-o', 'address', 'show', 'dev', 'wan']);
      const [, network = '', last] = /inet (\d+\.\d+\.\d+)\.(\d+)\//.exec(present) ?? [];
      const next = last === '1' ? '2' : '1';
      await router.must(['ip', 'address', 'del', `${network}.${last}/15`, 'dev', 'wan']);
      await router.must(['ip', 'address', 'add', `${network}.${next}/15`, 'dev', 'wan']);
    },
  },
  {
    kind: 'site’s DNS server dead',
    async strike(site, { lab, random }) {
      const pid = nameServerOf(lab.host(site));
      process.kill(pid, 'SIGSTOP');
      await sleep(drawn(random, 5_000, 20_000));
      process.kill(pid, 'SIGCONT');
    },
  },
];

export interface RelayFault {
  readonly kind: string;
  /** Ends the process. */
  readonly ends?: true;
  strike(struck: Struck): Promise<void>;
}

export const RELAY_FAULTS: readonly RelayFault[] = [
  {
    kind: 'relay server killed (kill -9) and started again',
    ends: true,
    async strike({ causeway, random }) {
      await causeway.killRelay();
      await sleep(drawn(random, 0, 4_000));
      await causeway.restartRelay();
    },
  },
  {
    kind: 'relay server restarted (SIGTERM)',
    ends: true,
    async strike({ causeway }) {
      await causeway.relay.end('SIGTERM');
      await causeway.restartRelay();
    },
  },
  {
    kind: 'relay server stopped (SIGSTOP)',
    async strike({ causeway, random }) {
      const { pid } = causeway.relay;
      process.kill(pid, 'SIGSTOP');
      await sleep(drawn(random, 1_000, 12_000));
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    kind: 'relay server’s link cut',
    async strike({ lab, random }) {
      await lab.cutLink('relay');
      await sleep(drawn(random, 1_000, 12_000));
      await lab.cutLink('relay', false);
    },
  },
];

export function drawn(random: SeededRandom, least: number, most: number): number {
  return Math.round(least + random.fraction() * (most - least));
}

function lastOctets(name: string): readonly number[] {
  return MACHINES.find((machine) => machine.name === name)?.addresses ?? [];
}

function nameServerOf(router: Host): number {
  const server = router.programs.find(({ label }) => label.endsWith('name-server'));
  if (server === undefined) throw new Error(`${router.name} has no DNS server`);
  return server.pid;
}
