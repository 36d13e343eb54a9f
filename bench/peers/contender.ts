/**
 * What takes part in a comparison: something that joins machines through a middle host, or a bound that
 * needs none. All contenders run on the same hosts at the same time; only one has traffic.
 */
import type { LabDescription } from '#lab/hosts/description.ts';
import type { Host, Program } from '#lab/hosts/host.ts';

/** The hosts of a benchmark: machines that do not see each other, and one that all of them see. */
export interface Site {
  readonly relay: Host;
  readonly machines: readonly Host[];
}

export interface Contender {
  readonly name: string;
  /** `relayed`: all traffic passes the host `relay`. `bound`: what no relay can beat, as a yardstick. */
  readonly kind: 'relayed' | 'bound';
  /**
   * Installs what it needs by ordinary means, from outside the lab, where there is a network. Quick when
   * all is there.
   * @returns null, or why it can not take part
   */
  prepare(say: (line: string) => void): Promise<string | null>;
  /** Starts it on all hosts; resolves when the processes run, not yet when packets pass. */
  start(site: Site): Promise<RunningNetwork>;
}

export interface RunningNetwork {
  /** IPv4 address of a machine inside this network. */
  address(machine: Host): string;
  /** Every process that carries this network's traffic, on all hosts: the middle one's first. */
  readonly programs: readonly Program[];
}

/** The relay and so many machines, all on one bridge on which the machines do not see each other. */
export function benchLab(machines: number): LabDescription {
  const servers = Array.from({ length: machines }, (_, index) => ({
    name: machineName(index),
    address: `198.18.1.${10 + index}`,
    isolated: true,
  }));
  return { sites: [], servers: [{ name: 'relay', address: '198.18.1.2' }, ...servers] };
}

/**
 * A cable of its own between two machines, for the bounds: `direct` on both. No relayed contender may use
 * it, so those that look for ways by themselves are told not to.
 * @returns the two addresses on it
 */
export async function directWire(a: Host, b: Host): Promise<readonly [string, string]> {
  const addresses = ['198.18.2.1', '198.18.2.2'] as const;
  if ((await a.run(['ip', 'link', 'show', 'direct'])).code === 0) return addresses;
  await a.must(['ip', 'link', 'add', 'direct', 'type', 'veth', 'peer', 'name', 'direct', 'netns', String(b.holderPid)]);
  for (const [host, address] of [[a, addresses[0]], [b, addresses[1]]] as const) {
    await host.must(['ip', 'address', 'add', `${address}/30`, 'dev', 'direct']);
    await host.must(['ip', 'link', 'set', 'direct', 'up']);
  }
  return addresses;
}

/** `m1` is the first. */
export function machineName(index: number): string {
  return `m${index + 1}`;
}

/**
 * Waits until every machine but the first answers the first through the network.
 * @throws Error with the programs' last words after 60 s
 */
export async function waitForAnswers(site: Site, network: RunningNetwork): Promise<void> {
  const deadline = Date.now() + 60_000;
  const [first, ...others] = site.machines;
  for (const other of others) {
    const target = network.address(other);
    while ((await first?.run(['ping', '-c', '1', '-W', '1', target]))?.code !== 0) {
      if (Date.now() < deadline) continue;
      const words = network.programs.map((program) => `--- ${program.label}\n${program.tail()}`).join('\n');
      throw new Error(`no answer from ${target} through the network\n${words}`);
    }
  }
}
