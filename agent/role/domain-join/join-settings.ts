/**
 * What a domain join is asked to do, in the words of the directory: account, computer name, organizational
 * unit. Pure; refuses what could not be meant, before anything is asked of the domain.
 */
import { createHash } from 'node:crypto';
import { CausewayError } from '#protocol/errors.ts';
import type { DomainSettings } from '../settings/role-settings.ts';

/** NetBIOS names have 15 characters and a type ([MS-NBTE] §1.3). */
const COMPUTER_NAME_MAX = 15;
const HASH_CHARACTERS = 7;

/**
 * The computer's name in the directory. The same machine has the same name at every start, so that a
 * re-imaged one finds its account again; of names too long, two that differ only at the end stay apart.
 * @param machine its name in the network
 */
export function computerName(machine: string): string {
  if (machine.length <= COMPUTER_NAME_MAX) return machine.toUpperCase();
  // 35 bits: among a thousand instances of one role, two collide with a chance of 1 in 70,000.
  const digest = createHash('sha256').update(machine).digest();
  const hash = digest.readUIntBE(0, 6).toString(32).slice(-HASH_CHARACTERS);
  const start = machine.slice(0, COMPUTER_NAME_MAX - HASH_CHARACTERS - 1).replace(/-+$/, '');
  return `${start}-${hash}`.toUpperCase();
}

/**
 * The account as Samba and Windows both take it, `DOMAIN\name` or `name@domain`.
 * @param workgroup the domain's short name, which a bare account belongs to
 */
export function qualifiedAccount(account: string, workgroup: string): string {
  return /[\\@]/.test(account) ? account : `${workgroup}\\${account}`;
}

/**
 * `OU=Web,OU=Roles,DC=corp,DC=example` as `net` takes it, from the top: `Roles/Web`. Undefined is the
 * domain's default place for computers.
 * @throws CausewayError DOMAIN_OU_UNUSABLE
 */
export function ouPath({ ou, fqdn }: Pick<DomainSettings, 'ou' | 'fqdn'>): string | undefined {
  if (ou === undefined) return undefined;
  const refuse = (issue: string) => new CausewayError('DOMAIN_OU_UNUSABLE', { ou, issue });
  if (/[\\"/]/.test(ou)) throw refuse('Causeway does not read backslashes, quotes or slashes in it');
  const parts = ou.split(',').map((part) => part.trim().split('=', 2) as [string, string?]);
  const isPart = (kind: string) => (part: [string, string?]) => part[0].trim().toUpperCase() === kind;
  const domain = parts.filter(isPart('DC')).map(([, value]) => value?.trim().toLowerCase());
  if (domain.length > 0 && domain.join('.') !== fqdn) throw refuse(`it is not in the domain ${fqdn}`);
  const containers = parts.filter((part) => !isPart('DC')(part));
  const [first] = containers;
  if (containers.length === 1 && first && isPart('CN')(first) && first[1]?.trim().toLowerCase() === 'computers') {
    return undefined;
  }
  if (containers.length === 0 || !containers.every(isPart('OU'))) throw refuse('it has to be made of OU=… parts');
  return containers
    .map(([, value]) => value?.trim() ?? '')
    .reverse()
    .join('/');
}

/**
 * The password as one line for a tool's standard input.
 * @throws CausewayError DOMAIN_PASSWORD_UNUSABLE
 */
export function passwordLine({ password, accountName }: Pick<DomainSettings, 'password' | 'accountName'>): string {
  const text = password.reveal();
  if (text === '' || /[\r\n\0]/.test(text)) {
    throw new CausewayError('DOMAIN_PASSWORD_UNUSABLE', { account: accountName });
  }
  return `${text}\n`;
}
