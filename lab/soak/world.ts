/**
 * The soak's world: twenty machines at three sites, in three groups, and who talks to whom. Pure data.
 *
 * alpha is interconnected and always connected to beta; its connection to gamma comes and goes. Members of beta
 * never reach each other, nor gamma, nor do members of gamma each other.
 */
import { cloudOf, type LabDescription, officeOf } from '../hosts/description.ts';

type GroupName = 'alpha' | 'beta' | 'gamma';

export interface Machine {
  readonly name: string;
  readonly group: GroupName;
  readonly site: string;
  /** First three octets of its site's network. */
  readonly lan: string;
  /** Two last octets between which its address changes. */
  readonly addresses: readonly [number, number];
}

const SIZES: Readonly<Record<GroupName, number>> = { alpha: 7, beta: 7, gamma: 6 };
const SITES = [
  { site: 'office', lan: '192.168.1' },
  { site: 'branch', lan: '192.168.1' },
  { site: 'cloud', lan: '10.20.0' },
] as const;

export const MACHINES: readonly Machine[] = (Object.keys(SIZES) as GroupName[])
  .flatMap((group) => Array.from({ length: SIZES[group] }, () => group))
  .map((group, index) => {
    const { site, lan } = SITES[index % SITES.length] ?? SITES[0];
    const name = `n${String(index + 1).padStart(2, '0')}`;
    return { name, group, site, lan, addresses: [10 + index, 110 + index] };
  });

export function membersOf(group: GroupName): string[] {
  return MACHINES.filter((machine) => machine.group === group).map(({ name }) => name);
}

/** Who begins conversations with whom. */
export function peersOf({ name, group }: Machine): string[] {
  const at = (other: GroupName, index: number) => membersOf(other)[index % SIZES[other]] ?? '';
  const index = membersOf(group).indexOf(name);
  switch (group) {
    case 'alpha':
      return [at('beta', index), at('alpha', index + 1), ...(index < SIZES.gamma ? [at('gamma', index)] : [])];
    case 'beta':
      return [at('alpha', index + 2)];
    case 'gamma':
      return [at('alpha', index + 3)];
  }
}

/** Whom policy never lets it reach. */
export function deniedTo({ name, group }: Machine): string[] {
  if (group === 'alpha') return [];
  return [...membersOf('beta'), ...membersOf('gamma')].filter((other) => other !== name);
}

/** Whom it reaches only while alpha and gamma are connected. */
export function atTimesDeniedTo({ group }: Machine): string[] {
  return group === 'alpha' ? membersOf('gamma') : group === 'gamma' ? membersOf('alpha') : [];
}

export const SOAK_LAB: LabDescription = {
  servers: [{ name: 'relay', address: '198.18.0.10' }],
  sites: [
    officeOf(hostsAt('office')),
    { name: 'branch', lan: '192.168.1', address: '198.19.2.1', outbound: 'only-443', hosts: hostsAt('branch') },
    cloudOf(hostsAt('cloud')),
  ],
};

function hostsAt(wanted: string) {
  return MACHINES.filter(({ site }) => site === wanted).map(({ name, lan, addresses: [last] }) => ({
    name,
    address: `${lan}.${last}`,
  }));
}
