/**
 * The part of the catalogue for role instances that join an Active Directory domain. Taken in by errors.ts,
 * from which everybody has it. `{cause}` is the tools' own sentence; no password is ever in one.
 */
import type { CatalogueEntry } from './errors.ts';

export const DOMAIN_ERRORS = {
  DOMAIN_JOIN_UNSUPPORTED: {
    what: 'This instance can not join a domain: {issue}.',
    remedy:
      'Run `causeway role` as root on Linux or as an administrator on Windows, with an adapter, or leave EnableDomainJoin off.',
    http: 500,
  },
  DOMAIN_CONTROLLER_NOT_FOUND: {
    what: 'No domain controller of {domain} can be reached: {cause}.',
    remedy:
      'Check DomainFQDN, DNSServers and DomainControllerFQDN; that Causeway runs on the domain controller; and that its group is connected to this role.',
    http: 502,
  },
  DOMAIN_CLOCK_SKEWED: {
    what: "This machine's clock differs from the domain controller's by {skew}, and Kerberos refuses more than five minutes.",
    remedy: 'Set the clock (for example `timedatectl set-ntp true`) and start again.',
    http: 400,
  },
  DOMAIN_PASSWORD_WRONG: {
    what: 'The domain {domain} does not accept the account {account} with this password.',
    remedy: 'Check DomainAccountName and DomainPassword; the domain does not say which of them is wrong.',
    http: 401,
  },
  DOMAIN_ACCOUNT_UNUSABLE: {
    what: 'The domain {domain} knows the account {account}, but does not let it in: {cause}.',
    remedy: 'Have an administrator of the domain enable the account or set a new password for it.',
    http: 403,
  },
  DOMAIN_OU_MISSING: {
    what: 'There is no organizational unit {ou} in the domain {domain}.',
    remedy: 'Correct DomainOU, or have an administrator of the domain make the unit.',
    http: 404,
  },
  DOMAIN_OU_UNUSABLE: {
    what: 'DomainOU `{ou}` can not be used: {issue}.',
    remedy: 'Write it as in OU=Web,OU=Roles,DC=corp,DC=example, or leave it empty for the default place for computers.',
    http: 400,
  },
  DOMAIN_PASSWORD_UNUSABLE: {
    what: 'The password for the account {account} is empty or has a line break in it.',
    remedy: 'Correct DomainPassword; a secret read from a file often ends in a line break that is not part of it.',
    http: 400,
  },
  DOMAIN_JOIN_NOT_ALLOWED: {
    what: 'The account {account} may not join the computer {computer} to the domain {domain} in {ou}: {cause}.',
    remedy:
      'Let it create and change computer objects there (“Delegate Control…”, or `samba-tool dsacl set`), name a unit where it may with DomainOU, or use an account that may.',
    http: 403,
  },
  DOMAIN_JOIN_FAILED: {
    what: 'The computer {computer} could not join the domain {domain}: {cause}.',
    remedy: 'See docs/administration.md, “Active Directory”; the sentence is that of the tool which joins.',
    http: 502,
  },
  DOMAIN_LOOKUPS_FAILED: {
    what: 'The computer {computer} is in the domain {domain}, but users can not be looked up there: {cause}.',
    remedy: 'Check that nothing else runs winbindd on this machine, and that the domain controller can be reached.',
    http: 502,
  },
  DOMAIN_ADMINISTRATOR_UNKNOWN: {
    what: 'Administrators names {name}, and the domain {domain} has no such user or group.',
    remedy: 'Correct it: a user or group of the domain, with commas between several.',
    http: 400,
  },
  DOMAIN_LEAVE_FAILED: {
    what: 'The computer {computer} could not leave the domain {domain}: {cause}.',
    remedy: 'Remove its account from the directory by hand; the account is of no use to anybody else.',
    http: 502,
  },
} as const satisfies Record<string, CatalogueEntry>;
