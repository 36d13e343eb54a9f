/**
 * The second use that the original was made for: role instances join the company's Active Directory. A
 * real domain controller (Samba) in an office, behind a firewall that lets out only 443; an instance of a
 * role in the cloud, started with the original's own configuration files.
 */
import assert from 'node:assert/strict';
import {
  ALICE,
  BASE,
  DOMAIN,
  DomainController,
  freshSamba,
  JOINER,
  noController,
} from '../active-directory/controller.ts';
import { RoleInstance } from '../active-directory/role-instance.ts';
import { cloudOf, type LabDescription, officeOf, STANDARD_LAB } from '../hosts/description.ts';
import type { Host, RunOptions, RunResult } from '../hosts/host.ts';
import type { Scenario } from './story.ts';

const LAN_DNS = '192.168.1.1';
const LAB: LabDescription = {
  servers: STANDARD_LAB.servers,
  sites: [
    officeOf([
      { name: 'dc1', address: '192.168.1.10' },
      { name: 'pc02', address: '192.168.1.11' },
    ]),
    cloudOf([{ name: 'web-1', address: '10.20.0.4' }]),
  ],
};
/** What a join writes, and leaving takes back. */
const WRITTEN = ['/etc/krb5.conf', '/etc/samba/smb.conf', '/etc/nsswitch.conf', '/etc/krb5.keytab', '/etc/sudoers.d'];
/** What people get wrong, and how it is said. */
const REFUSED = [
  { name: 'a wrong password', settings: { DomainPassword: 'not the one' }, code: 'DOMAIN_PASSWORD_WRONG' },
  { name: 'a unit that is not there', settings: { DomainOU: `OU=Nowhere,${BASE}` }, code: 'DOMAIN_OU_MISSING' },
  {
    name: 'a unit in which joiner may do nothing',
    settings: { DomainOU: `OU=Closed,${BASE}` },
    code: 'DOMAIN_JOIN_NOT_ALLOWED',
  },
  {
    name: 'a domain controller that is none',
    settings: { DomainControllerFQDN: `dc9.${DOMAIN}` },
    code: 'DOMAIN_CONTROLLER_NOT_FOUND',
  },
] as const;
const CACHE = { KRB5CCNAME: 'FILE:/run/alice.ccache' };

export const domainJoin: Scenario = {
  name: 'domain-join',
  shows: 'a role instance joins the office’s Active Directory by its .cscfg: users, Kerberos, administrators',
  needs: ['samba', 'samba-tool', 'winbindd', 'kinit', 'smbclient', 'faketime', 'visudo'],
  prepare: noController,
  lab: LAB,
  async tell(story) {
    const { lab } = story;
    const [dc1, pc02, web1] = [lab.host('dc1'), lab.host('pc02'), lab.host('web-1')];
    const controller = new DomainController(dc1);
    const { causeway, administrator } = await story.startCauseway();
    const office = await administrator.group('office');
    const web = await administrator.role('orders-web');
    await administrator.connect(web, office);
    const token = await administrator.token(web);
    const instance = new RoleInstance(web1, causeway.command, token);
    let [before, joinedAs] = ['', ''];

    await story.step('a domain controller of corp.example runs on dc1, in the office', async () => {
      const began = performance.now();
      await causeway.activate(dc1, await administrator.token(office));
      await causeway.agent('dc1').connected();
      await controller.provision(LAN_DNS, await causeway.agent('dc1').addresses());
      await controller.start();
      await controller.fill();
      await pc02.must(['sh', '-c', `printf 'nameserver ${dc1.address}\\nsearch ${DOMAIN}\\n' > /etc/resolv.conf`]);
      story.figures['provision.s'] = secondsSince(began);
      return 'Samba’s; alice is in web-admins; joiner may make computers in OU=Web,OU=Roles, and nothing else';
    });
    await story.step('web-1 is a fresh machine, with Samba’s packages and nothing set up', async () => {
      await freshSamba(web1);
      await instance.install();
      before = await stateOf(web1);
      return 'it knows no domain';
    });

    for (const { name, settings, code } of REFUSED) {
      await story.step(`${name} is refused as ${code}, and nothing stays`, async () => {
        const said = await instance.refused(settings, code);
        assert.equal(await stateOf(web1), before, 'the machine is not as it was');
        assert.equal(await controller.computer('WEB-1'), null, 'there is a computer account');
        return said;
      });
    }
    await story.step('a clock that is 20 minutes fast is refused as DOMAIN_CLOCK_SKEWED', async () => {
      const said = await instance.refused({}, 'DOMAIN_CLOCK_SKEWED', ['faketime', '-f', '+20m']);
      assert.match(said, /20 minutes \(it is fast\)/);
      assert.equal(await stateOf(web1), before, 'the machine is not as it was');
      return said;
    });

    await story.step('started with its .cscfg, web-1 joins, and then its command runs', async () => {
      const began = performance.now();
      await instance.start();
      story.figures['join.s'] = secondsSince(began);
      const account = await controller.computer('WEB-1');
      assert(account, 'there is no computer account');
      assert.equal(account.dn, `CN=WEB-1,OU=Web,OU=Roles,${BASE}`);
      joinedAs = account.sid;
      return `${account.dn}, ${story.figures['join.s']} s after the start`;
    });
    await story.step('the trust holds: wbinfo -t, net ads testjoin', async () => {
      const trust = await web1.must(['wbinfo', '-t']);
      const join = await web1.must(['net', 'ads', 'testjoin']);
      assert.match(trust, /succeeded/);
      assert.equal(join, 'Join is OK');
      return `${trust}; ${join}`;
    });
    await story.step('a user of the domain is looked up, with the groups', async () => {
      const passwd = await web1.must(['getent', 'passwd', 'CORP\\alice']);
      const id = await web1.must(['id', 'CORP\\alice']);
      assert.match(passwd, /^CORP\\alice:\*:1\d{5}:/);
      assert.match(id, /CORP\\web-admins/);
      return id;
    });
    await story.step('Kerberos: alice gets a ticket, and by it a share of the domain controller', async () => {
      await web1.must(['kinit', ALICE.name], { input: `${ALICE.password}\n`, environment: CACHE });
      const share = await smb(web1, 'sysvol', ['--use-kerberos=required', '-c', 'ls'], { environment: CACHE });
      assert.match(share, new RegExp(DOMAIN.replace('.', '\\.')));
      const tickets = await web1.must(['klist'], { environment: CACHE });
      assert.match(tickets, /cifs\/dc1\.corp\.example@/);
      return 'klist shows tickets for krbtgt and for cifs/dc1.corp.example';
    });
    await story.step('without a ticket the same share refuses', async () => {
      const { code, stdout, stderr } = await web1.run(
        [...smbCommand('sysvol'), '--use-kerberos=required', '-c', 'ls', '--no-pass'],
        { environment: { KRB5CCNAME: 'FILE:/run/nobody.ccache' } },
      );
      assert.notEqual(code, 0, 'smbclient succeeded');
      return `${stdout}${stderr}`.trim().split('\n').at(-1) ?? '';
    });
    await story.step('Administrators: web-admins may do everything on web-1, others nothing', async () => {
      const alice = await web1.must(['sudo', '-l', '-U', 'CORP\\alice']);
      assert.match(alice, /\(ALL : ALL\) ALL/);
      const bob = await web1.run(['sudo', '-l', '-U', 'CORP\\bob']);
      assert.match(bob.stdout, /is not allowed to run sudo/);
      return bob.stdout.trim();
    });
    await story.step('the office finds web-1 in the domain’s DNS by its overlay addresses, and only them', async () => {
      const { ipv4, ipv6 } = await instance.addresses();
      const found = (await pc02.must(['getent', 'ahosts', `web-1.${DOMAIN}`]))
        .split('\n')
        .map((line) => line.split(' ')[0]);
      assert.deepEqual(new Set(found), new Set([ipv4, ipv6]));
      return [...new Set(found)].join(', ');
    });
    await story.step('re-imaged and killed, web-1 joins again into the account that it had', async () => {
      await instance.kill();
      await freshSamba(web1);
      await web1.must([
        'sh',
        '-c',
        'rm -rf /run/causeway; printf "passwd: files\\ngroup: files\\nhosts: files dns\\n" > /etc/nsswitch.conf',
      ]);
      await instance.start(
        { LeaveDomain: 'true', DomainPassword: null },
        { CAUSEWAY_DOMAIN_PASSWORD: JOINER.password },
      );
      const account = await controller.computer('WEB-1');
      assert.equal(account?.sid, joinedAs);
      assert.match(await web1.must(['wbinfo', '-t']), /succeeded/);
      return `the same ${joinedAs}`;
    });
    await story.step('the password is in no file, no arguments and no child’s environment', async () => {
      const { stdout } = await web1.run(['sh', '-c', SEARCH, 'sh', JOINER.password, String(instance.pid)]);
      assert.equal(stdout, '');
      return 'it came in the environment of `causeway role`; looked for in all other processes, /run, /etc, /var/lib and /tmp';
    });

    await story.step('stopped with LeaveDomain, it leaves: account and files are gone', async () => {
      await instance.stop();
      assert.equal(await controller.computer('WEB-1'), null, 'the computer account is there');
      assert.equal(await stateOf(web1), before, 'the machine is not as it was');
      return 'web-1 is as before its first start, and the directory has no WEB-1';
    });
  },
};

/** Prints where the first argument is found; the second is the process that was given it. */
const SEARCH = `
for process in /proc/[0-9]*; do
  grep -zqF -e "$1" $process/cmdline $process/environ 2>/dev/null && [ $process != /proc/$$ ] && [ $process != "/proc/$2" ] && echo $process
done
grep -rlF -e "$1" /run /etc /var/lib/causeway /var/lib/samba /var/cache/samba /tmp/*role* 2>/dev/null
true`;

async function stateOf(host: Host): Promise<string> {
  return host.must([
    'sh',
    '-c',
    'for f in "$@"; do ls -lR --time-style=+ "$f" 2>&1; cat "$f" 2>&1; done; true',
    'sh',
    ...WRITTEN,
  ]);
}

function smbCommand(share: string): string[] {
  return ['smbclient', `//dc1.${DOMAIN}/${share}`];
}

async function smb(host: Host, share: string, more: readonly string[], options: RunOptions): Promise<string> {
  const result: RunResult = await host.run([...smbCommand(share), ...more], options);
  assert.equal(result.code, 0, `${result.stdout}${result.stderr}`);
  return result.stdout;
}

function secondsSince(began: number): number {
  return Math.round((performance.now() - began) / 100) / 10;
}
