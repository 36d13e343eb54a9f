/**
 * The texts by which a Linux machine knows its domain: smb.conf, krb5.conf, nsswitch.conf. Pure.
 */

export interface DomainFacts {
  /** `corp.example`, lower case. */
  readonly fqdn: string;
  /** The domain's short (NetBIOS) name, `CORP`. */
  readonly workgroup: string;
  /** In the directory, `WEB-1`. */
  readonly computer: string;
  /** To be asked first; undefined lets the domain's DNS records decide. */
  readonly controller: string | undefined;
}

const MARK = 'Written by `causeway role` when it joined the domain; leaving it brings the earlier file back.';

/** Ids under the domain's own; for accounts of no domain, of which winbind needs a few. */
const LOCAL_IDS = '3000-7999';
/** `rid` adds a user's number in the directory to the first of these: the same user on every instance. */
const DOMAIN_IDS = '100000-2000099999';

export function smbConf({ fqdn, workgroup, computer, controller }: DomainFacts): string {
  return [
    `# ${MARK}`,
    '[global]',
    `\trealm = ${fqdn.toUpperCase()}`,
    `\tworkgroup = ${workgroup}`,
    `\tnetbios name = ${computer}`,
    '\tsecurity = ads',
    ...(controller === undefined ? [] : [`\tpassword server = ${controller} *`]),
    '\tkerberos method = secrets and keytab',
    '\tdisable netbios = yes',
    '\tidmap config * : backend = tdb',
    `\tidmap config * : range = ${LOCAL_IDS}`,
    `\tidmap config ${workgroup} : backend = rid`,
    `\tidmap config ${workgroup} : range = ${DOMAIN_IDS}`,
    // A domain's user `postgres` must not be taken for the local one.
    '\twinbind use default domain = no',
    '\twinbind refresh tickets = yes',
    '\ttemplate shell = /bin/sh',
    '\ttemplate homedir = /home/%D/%U',
    '\tload printers = no',
    '',
  ].join('\n');
}

/** Enough to ask a domain's controllers who they are, while the short name is not known yet. */
export function askingConf(fqdn: string): string {
  return `[global]\n\trealm = ${fqdn.toUpperCase()}\n\tsecurity = ads\n\tdisable netbios = yes\n`;
}

export function krb5Conf({ fqdn, controller }: Pick<DomainFacts, 'fqdn' | 'controller'>): string {
  const realm = fqdn.toUpperCase();
  return [
    `# ${MARK}`,
    '[libdefaults]',
    `\tdefault_realm = ${realm}`,
    '\tdns_lookup_realm = false',
    '\tdns_lookup_kdc = true',
    // Services are called by the directory's names; what an address is called backwards is the network's business.
    '\trdns = false',
    ...(controller === undefined ? [] : ['[realms]', `\t${realm} = {`, `\t\tkdc = ${controller}`, '\t}']),
    '[domain_realm]',
    `\t.${fqdn} = ${realm}`,
    `\t${fqdn} = ${realm}`,
    '',
  ].join('\n');
}

/** Whether a krb5.conf that is there already knows the domain: then it is its owner's, and stays. */
export function knowsRealm(krb5: string, fqdn: string): boolean {
  const realm = /^\s*default_realm\s*=\s*(\S+)/m.exec(krb5)?.[1];
  return realm === fqdn.toUpperCase();
}

/** Lets users and groups be looked up at winbind, after the machine's own. */
export function withWinbind(nsswitch: string): string {
  const lines = nsswitch.split('\n');
  for (const database of ['passwd', 'group']) {
    const index = lines.findIndex((line) => new RegExp(`^\\s*${database}\\s*:`).test(line));
    const line = lines[index];
    if (line === undefined) lines.splice(0, 0, `${database}: files winbind`);
    else if (!/\bwinbind\b/.test(line)) lines[index] = line.replace(/\s*(#.*)?$/, (comment) => ` winbind${comment}`);
  }
  return lines.join('\n');
}
