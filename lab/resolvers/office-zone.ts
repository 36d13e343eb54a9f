/**
 * The company's own DNS server, as an office has it: Debian's NSD with one domain, on addresses that it is told. It
 * answers for that domain and refuses everything else.
 */
import type { Host, Program } from '../hosts/host.ts';
import { unpackedAt } from './packages.ts';

/** Debian's package. */
export const ZONE_SERVER = 'nsd';
export const ZONE = 'corp.example';

export interface OfficeZoneOptions {
  readonly addresses: readonly string[];
  /** Lines of the zone file below the origin. */
  readonly records: readonly string[];
}

/** Returns when it answers. @throws Error with what it printed */
export async function startOfficeZone(host: Host, { addresses, records }: OfficeZoneOptions): Promise<Program> {
  const zone = [`$ORIGIN ${ZONE}.`, '$TTL 60', '@ SOA dc1 hostmaster 1 3600 600 86400 60', '@ NS dc1', ...records];
  await host.write('/run/nsd/zone', `${zone.join('\n')}\n`);
  await host.write(
    '/run/nsd/nsd.conf',
    `server:
${addresses.map((address) => `  ip-address: ${address}\n`).join('')}  username: ""
  chroot: ""
  zonesdir: /run/nsd
  database: ""
  pidfile: /run/nsd/pid
  xfrdfile: /run/nsd/xfrd.state
  xfrdir: /run/nsd
  zonelistfile: /run/nsd/zone.list
  server-count: 1
  verbosity: 1
remote-control:
  control-enable: no
zone:
  name: ${ZONE}
  zonefile: zone
`,
  );
  const root = unpackedAt(ZONE_SERVER);
  const program = host.spawn('nsd', [`${root}/usr/sbin/nsd`, '-d', '-c', '/run/nsd/nsd.conf'], {
    environment: { LD_LIBRARY_PATH: `${root}/usr/lib/x86_64-linux-gnu:${root}/usr/lib/aarch64-linux-gnu` },
  });
  await program.prints(/nsd started/);
  return program;
}
