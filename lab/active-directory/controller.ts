/**
 * A real Active Directory in an office of the lab: Samba's domain controller, made anew for each run as its
 * administrator would make it. Knows the tools of Samba and nothing of Causeway.
 */
import { existsSync } from 'node:fs';
import type { Host, Program } from '../hosts/host.ts';

export const DOMAIN = 'corp.example';
export const BASE = 'DC=corp,DC=example';
const ADMINISTRATOR_PASSWORD = 'Administrator of the lab, 1';
/** Who is looked up; and what each may sign in with. */
export const ALICE = { name: 'alice', password: 'Alice of the lab, 1' };
export const JOINER = { name: 'joiner', password: ' Joiner "of" the=lab, 1' };
const BOB = { name: 'bob', password: 'Bob of the lab, 1' };

const SCHEMA = '/usr/share/samba/setup/ad-schema';
/** Objects of class computer, in access rights ([MS-ADTS] §5.1.3.4). */
const COMPUTER_CLASS = 'bf967a86-0de6-11d0-a285-00aa003049e2';

/** Why there can be no such controller here; null if there can. */
export function noController(): string | null {
  if (process.getuid?.() !== 0) return 'A domain controller gives files to users of its own, which takes root.';
  if (existsSync(SCHEMA)) return null;
  return 'The schema of the directory is missing. Run: apt-get install samba-ad-provision samba-dsdb-modules';
}

/** Gives a host directories of its own where Samba and sudo keep theirs, as freshly installed packages have them. */
export async function freshSamba(host: Host): Promise<void> {
  await host.must([
    'sh',
    '-ec',
    `rm -rf /etc/samba /etc/krb5.conf /etc/krb5.keytab /etc/sudoers.d /var/lib/samba /var/lib/causeway
     mkdir -p /etc/samba /etc/sudoers.d /var/lib/samba/private /run/samba
     if [ -L /etc/sudoers ]; then cp --remove-destination "$(readlink -f /etc/sudoers)" /etc/sudoers; fi
     for directory in /var/cache/samba /var/log/samba; do
       mkdir -p $directory; mount -t tmpfs tmpfs $directory
     done`,
  ]);
}

export class DomainController {
  readonly #host: Host;
  #program: Program | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * @param forwarder asked for names that are not the domain's
   * @param overlay the host's addresses in the overlay. Samba does not see the first by itself, as it belongs to no
   *   network; and it must not take port 53 of all addresses, of which the agent's name server has one.
   */
  async provision(forwarder: string, { ipv4, ipv6 }: { ipv4: string; ipv6: string }): Promise<void> {
    const options = [
      // Samba gives files to users of its own, and keeps what the lab's file systems do not hold of them beside.
      'vfs objects=dfs_samba4 acl_xattr xattr_tdb',
      `interfaces=lo eth0 ${ipv4}/10 ${ipv6}/48`,
      'bind interfaces only=yes',
      'server services=-nbt',
      `dns forwarder=${forwarder}`,
    ];
    const { name, address } = this.#host;
    await freshSamba(this.#host);
    await this.#host.must(['sh', '-c', `printf '${address} ${name}.${DOMAIN} ${name}\\n' >> /etc/hosts`]);
    await this.#host.must(
      [
        ...['samba-tool', 'domain', 'provision', '--use-rfc2307', `--realm=${DOMAIN.toUpperCase()}`, '--domain=CORP'],
        ...['--server-role=dc', '--dns-backend=SAMBA_INTERNAL', `--host-ip=${address}`],
        ...[`--adminpass=${ADMINISTRATOR_PASSWORD}`],
        ...options.map((option) => `--option=${option}`),
      ],
      { timeoutMs: 600_000 },
    );
  }

  /** Returns once it answers for its domain, and lets its own account search: it learns that a little later. */
  async start(): Promise<void> {
    this.#program = this.#host.spawn('samba', ['samba', '--interactive', '--model=standard', '--debuglevel=1']);
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { code } = await this.#host.run(this.#search('(objectClass=domain)', 'objectSid'), { timeoutMs: 5_000 });
      if (code === 0) return;
      if (Date.now() > deadline || !this.#program.running) {
        throw new Error(`the domain controller does not answer\n${this.#program.tail()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /**
   * Users, a group and a unit for computers; `joiner` may make and change computers in that unit, and nothing
   * else in the whole domain.
   */
  async fill(): Promise<void> {
    const people = [ALICE, BOB, JOINER].flatMap(({ name, password }) => [name, password]);
    // One program for all: samba-tool takes a second to start, each time.
    await this.#host.must(['/usr/bin/python3', '-', ...people], { input: FILL, timeoutMs: 60_000 });
  }

  /** Number (SID) and place of a computer account; null when there is none. */
  async computer(name: string): Promise<{ sid: string; dn: string } | null> {
    const found = await this.#host.must(this.#search(`(sAMAccountName=${name}$)`, 'distinguishedName', 'objectSid'));
    const [sid, dn] = [/^objectSid: (\S+)/m.exec(found)?.[1], /^distinguishedName: (.*)$/m.exec(found)?.[1]];
    if (/^Got 0 replies/m.test(found)) return null;
    if (sid === undefined || dn === undefined) throw new Error(`the directory says of ${name}: ${found}`);
    return { sid, dn };
  }

  #search(filter: string, ...attributes: string[]): string[] {
    return ['net', 'ads', 'search', '-S', this.#host.address, '--machine-pass', filter, ...attributes];
  }
}

/** Makes what {@link DomainController.fill} says, given names and passwords in turn. */
const FILL = `
import sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils
settings = LoadParm()
settings.load_default()
directory = SamDB(session_info=system_session(), lp=settings)
for name, password in zip(sys.argv[1::2], sys.argv[2::2]):
    directory.newuser(name, password)
directory.newgroup('web-admins')
directory.add_remove_group_members('web-admins', ['${ALICE.name}'])
for unit in ('OU=Roles', 'OU=Web,OU=Roles', 'OU=Closed'):
    directory.create_ou(unit + ',${BASE}')
found = directory.search(expression='(sAMAccountName=${JOINER.name})', attrs=['objectSid'])[0]
joiner = directory.schema_format_value('objectSid', found['objectSid'][0]).decode()
for rights in ('(OA;CI;CCDC;${COMPUTER_CLASS};;%s)', '(OA;CIIO;GA;;${COMPUTER_CLASS};%s)'):
    SDUtils(directory).dacl_add_ace('OU=Web,OU=Roles,${BASE}', rights % joiner)
`;
