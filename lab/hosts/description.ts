/**
 * What a lab looks like: sites behind their NAT routers, and servers on the open "internet". Pure data.
 *
 * Outer addresses come from the benchmark range 198.18.0.0/15 (RFC 2544 §C.2.2), inner ones from what
 * offices really use; two offices share one range on purpose. Never 100.64.0.0/10: that is the overlay's.
 */

export interface HostDescription {
  /** Its host name, and the lab's name for it. */
  readonly name: string;
  /** IPv4 address on its site's LAN, or on the internet for a server. */
  readonly address: string;
  /** Only for servers: reaches the servers that are not isolated, and no isolated one. */
  readonly isolated?: boolean;
}

export interface SiteDescription {
  /** Name of its router. */
  readonly name: string;
  /** First three octets of the LAN, a /24; the router is .1. */
  readonly lan: string;
  /** The router's address on the internet, behind which the site hides. */
  readonly address: string;
  /** What the firewall lets out: everything, or only TCP to port 443. Nothing is let in at either. */
  readonly outbound: 'everything' | 'only-443';
  readonly hosts: readonly HostDescription[];
  /** Hosts of other sites with a second interface, eth1, to this one; it is off at first. */
  readonly guests?: readonly HostDescription[];
  /** Limit of the line to the internet in Mbit/s, each way. */
  readonly rateMbps?: number;
}

export interface LabDescription {
  readonly sites: readonly SiteDescription[];
  /** Hosts directly on the internet; each can be looked up as NAME.lab. */
  readonly servers: readonly HostDescription[];
  /** IPv4 addresses by name that every site's DNS server knows beside the servers'. */
  readonly names?: Readonly<Record<string, string>>;
}

export const INTERNET_PREFIX_LENGTH = 15;

/** The program that runs the lab is on the internet too: as administrator it speaks to the relay server. */
export const OBSERVER_ADDRESS = '198.18.0.1';

/** The office: what goes out is TCP to port 443. */
export function officeOf(hosts: readonly HostDescription[]): SiteDescription {
  return { name: 'office', lan: '192.168.1', address: '198.19.1.1', outbound: 'only-443', hosts };
}

/** The cloud, which lets everything out. */
export function cloudOf(hosts: readonly HostDescription[]): SiteDescription {
  return { name: 'cloud', lan: '10.20.0', address: '198.19.3.1', outbound: 'everything', hosts };
}

/** The lab of the demo and the scenarios. */
export const STANDARD_LAB: LabDescription = {
  servers: [{ name: 'relay', address: '198.18.0.10' }],
  sites: [
    officeOf([
      { name: 'sql01', address: '192.168.1.10' },
      { name: 'pc02', address: '192.168.1.11' },
    ]),
    {
      name: 'branch',
      lan: '192.168.1',
      address: '198.19.2.1',
      outbound: 'only-443',
      hosts: [{ name: 'laptop', address: '192.168.1.10' }],
    },
    cloudOf([
      { name: 'web-1', address: '10.20.0.4' },
      { name: 'web-2', address: '10.20.0.5' },
    ]),
  ],
};

/** A laptop that can leave its office's network for the one of a telephone, and a server that it works with. */
export const ROAMING_LAB: LabDescription = {
  servers: STANDARD_LAB.servers,
  sites: [
    officeOf([{ name: 'sql01', address: '192.168.1.10' }]),
    {
      name: 'branch',
      lan: '192.168.1',
      address: '198.19.2.1',
      outbound: 'only-443',
      hosts: [{ name: 'laptop', address: '192.168.1.10' }],
    },
    {
      name: 'mobile',
      lan: '192.168.43',
      address: '198.19.4.1',
      outbound: 'everything',
      hosts: [],
      guests: [{ name: 'laptop', address: '192.168.43.10' }],
    },
  ],
};
