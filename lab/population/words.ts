/**
 * What a company of some thousand computers calls its places, people, groups and roles, and what runs on them.
 */

/** Two sites would do for ten groups; five hundred take all of them. */
export const SITES: readonly (readonly [code: string, name: string])[] = Object.entries({
  zrh: 'Zurich',
  ber: 'Berlin',
  lon: 'London',
  par: 'Paris',
  vie: 'Vienna',
  mil: 'Milan',
  mad: 'Madrid',
  lis: 'Lisbon',
  dub: 'Dublin',
  ams: 'Amsterdam',
  bru: 'Brussels',
  cph: 'Copenhagen',
  osl: 'Oslo',
  sto: 'Stockholm',
  hel: 'Helsinki',
  waw: 'Warsaw',
  prg: 'Prague',
  bud: 'Budapest',
  ath: 'Athens',
  ist: 'Istanbul',
  nyc: 'New York',
  bos: 'Boston',
  chi: 'Chicago',
  atl: 'Atlanta',
  dfw: 'Dallas',
  den: 'Denver',
  sea: 'Seattle',
  sfo: 'San Francisco',
  lax: 'Los Angeles',
  tor: 'Toronto',
  mex: 'Mexico City',
  sao: 'São Paulo',
  bue: 'Buenos Aires',
  cai: 'Cairo',
  nbo: 'Nairobi',
  jnb: 'Johannesburg',
  dxb: 'Dubai',
  bom: 'Mumbai',
  sin: 'Singapore',
  hkg: 'Hong Kong',
  tyo: 'Tokyo',
  syd: 'Sydney',
});

export interface GroupKind {
  readonly name: string;
  readonly description: string;
  /** Of computers' names: `sql` makes sql01-zrh. Null: they are called after the people who have them. */
  readonly prefix: string | null;
  /** How many computers, beside the others. */
  readonly weight: number;
  readonly interconnected: boolean;
  readonly os: readonly string[];
}

const SERVERS = ['Debian GNU/Linux 13 (trixie)', 'Debian GNU/Linux 12 (bookworm)', 'Ubuntu 24.04.3 LTS'];
const WINDOWS_SERVERS = ['Windows Server 2022 Datacenter', 'Windows Server 2025 Standard'];
const DESKS = ['Windows 11 Pro 24H2', 'Windows 11 Pro 23H2', 'Windows 10 Enterprise 22H2', 'Ubuntu 24.04.3 LTS'];

function kind(
  name: string,
  prefix: string | null,
  weight: number,
  os: readonly string[],
  description: string,
  interconnected = false,
): GroupKind {
  return { name, prefix, weight, os, description, interconnected };
}

export const GROUP_KINDS: readonly GroupKind[] = [
  kind('Laptops', null, 40, [...DESKS, 'macOS 15.6', 'Fedora Linux 42 (Workstation)'], 'Everybody who travels'),
  kind('SQL servers', 'sql', 3, [...WINDOWS_SERVERS, ...SERVERS], 'Databases of the office'),
  kind('Desktops', 'pc', 22, DESKS, 'Desks that stay where they are'),
  kind('Domain controllers', 'dc', 1, WINDOWS_SERVERS, '', true),
  kind('File servers', 'files', 2, [...WINDOWS_SERVERS, ...SERVERS], 'Shares and home folders'),
  kind('Build machines', 'build', 5, [...SERVERS, 'macOS 15.6'], 'CI runners under the stairs', true),
  kind('Tills', 'till', 12, ['Windows 10 IoT Enterprise LTSC 2021'], 'Points of sale'),
  kind('Print servers', 'print', 1, WINDOWS_SERVERS, ''),
  kind('Web servers', 'web', 4, SERVERS, 'What is still at home'),
  kind('Cameras', 'cam', 6, ['Ubuntu Core 24'], 'Recorders at the doors'),
  kind('Monitoring', 'mon', 1, SERVERS, 'Watches the others'),
  kind('Message queues', 'queue', 2, ['Red Hat Enterprise Linux 9.6', ...SERVERS], '', true),
];

export const ROLES: readonly (readonly [name: string, description: string])[] = Object.entries({
  'Shop front': 'What customers see',
  'Order processing': '',
  Payments: 'May be reached by nobody but the shop',
  Search: '',
  Reports: 'Runs at night',
  Invoices: '',
  'Mail delivery': '',
  'Image scaling': 'Many small instances',
  Login: '',
  Catalogue: '',
  Recommendations: '',
  Chat: 'Customer support',
  Booking: '',
  Pricing: '',
  Stock: 'Asks the SQL servers of every office',
  Returns: '',
  Exports: 'To partners, every hour',
  Imports: '',
  Analytics: '',
  Archive: '',
});

export const INSTANCE_OS = ['Debian GNU/Linux 13 (trixie)', 'Ubuntu 24.04.3 LTS', 'Azure Linux 3.0'];
/** The older, the fewer. */
export const AGENT_VERSIONS = ['0.1.0', '0.1.0', '0.1.0', '0.1.0', '0.0.9', '0.0.9', '0.0.8', '0.2.0-rc.1'];

export const FIRST_NAMES = `anna ben carla david elena finn greta hugo irina jonas karin luca maria nico olga paul
  quentin rosa stefan tanja urs vera walter xenia yann zoe amir bea chen dana emil farah georg hana ivan julia`.split(
  /\s+/,
);
export const LAST_NAMES = `keller meier huber weber fischer baumann brunner gerber widmer moser graf roth frei suter
  ferrari rossi bernard dubois laurent garcia lopez silva costa novak kovacs nagy larsen hansen virtanen smith jones
  taylor brown patel singh khan tanaka sato wang li kim`.split(/\s+/);
