/**
 * Finds a domain controller and asks it, without any credentials, what a join must know: the domain's short
 * name, and how far the two clocks are apart.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { NET, type RunTool } from './domain-tools.ts';
import { askingConf } from './samba-texts.ts';
import { serviceHosts } from './service-records.ts';

export interface DomainController {
  /** `dc1.corp.example`, lower case. */
  readonly name: string;
  /** The domain's short name, `CORP`. */
  readonly workgroup: string;
}

export interface WantedController {
  readonly fqdn: string;
  readonly controllerFqdn: string | undefined;
  readonly siteName: string | undefined;
}

export interface AskOptions {
  readonly run: RunTool;
  readonly stateDirectory: string;
  /** Looks up SRV records; a test's, if not those of DNS. */
  readonly services?: (name: string) => Promise<readonly string[]>;
}

/** @throws CausewayError DOMAIN_CONTROLLER_NOT_FOUND, DOMAIN_CLOCK_SKEWED, COMMAND_MISSING, TIMED_OUT */
export async function findController(wanted: WantedController, options: AskOptions): Promise<DomainController> {
  const { run, stateDirectory, services = serviceHosts } = options;
  const configuration = join(stateDirectory, 'domain-asking.conf');
  await writeFile(configuration, askingConf(wanted.fqdn), { mode: 0o600 });
  const ask = async (what: string, host: string | undefined) => {
    const server = host === undefined ? [] : ['-S', host];
    return (await run(NET, ['ads', what, ...server, '--configfile', configuration])).stdout;
  };
  const host = wanted.controllerFqdn ?? (await hostOfSite(wanted, services));
  const lookup = readLookup(await ask('lookup', host));
  if (lookup === null) {
    const none = `DNS names none that answers (_ldap._tcp.dc._msdcs.${wanted.fqdn})`;
    throw notFound(wanted, host === undefined ? none : `${host} does not answer as a domain controller`);
  }
  if (lookup.domain !== wanted.fqdn) {
    throw notFound(wanted, `${lookup.controller} is one of the domain ${lookup.domain}`);
  }
  const offsetSeconds = readClockOffset(await ask('info', host ?? lookup.controller));
  if (offsetSeconds === null) throw notFound(wanted, `${lookup.controller} does not answer by LDAP (port 389)`);
  refuseSkew(offsetSeconds);
  return { name: host ?? lookup.controller, workgroup: lookup.workgroup };
}

/** Of the answer of `net ads lookup`; null when it is none. */
export function readLookup(text: string): { domain: string; controller: string; workgroup: string } | null {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(text)?.[1];
  const [domain, controller, workgroup] = [field('Domain'), field('Domain Controller'), field('Pre-Win2k Domain')];
  if (domain === undefined || controller === undefined || workgroup === undefined) return null;
  return { domain: domain.toLowerCase(), controller: controller.toLowerCase(), workgroup };
}

/** Of the answer of `net ads info`: the domain controller's clock less this machine's; null when it is none. */
export function readClockOffset(text: string): number | null {
  const seconds = /^Server time offset:\s*(-?\d+)$/m.exec(text)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** Kerberos would refuse it in words about tickets, and Samba would go on without Kerberos. */
function refuseSkew(offsetSeconds: number): void {
  if (Math.abs(offsetSeconds) <= LIMITS.DOMAIN_CLOCK_SKEW_MAX_S.value) return;
  const minutes = Math.round(Math.abs(offsetSeconds) / 60);
  const direction = offsetSeconds < 0 ? 'fast' : 'slow';
  throw new CausewayError('DOMAIN_CLOCK_SKEWED', { skew: `${minutes} minutes (it is ${direction})` });
}

/** Samba goes by the site of the client's address, and the overlay's addresses are in none; undefined without a wish. */
async function hostOfSite(
  wanted: WantedController,
  services: (name: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  if (wanted.siteName === undefined) return undefined;
  // [MS-ADTS] §6.3.2.3
  const record = `_ldap._tcp.${wanted.siteName}._sites.dc._msdcs.${wanted.fqdn}`;
  try {
    const [first] = await services(record);
    if (first === undefined) throw notFound(wanted, `DNS has no record ${record}`);
    return first;
  } catch (error) {
    if (error instanceof CausewayError) throw error;
    throw notFound(wanted, `DNS does not answer for ${record}`, error);
  }
}

function notFound({ fqdn }: WantedController, cause: string, error?: unknown): CausewayError {
  return new CausewayError('DOMAIN_CONTROLLER_NOT_FOUND', { domain: fqdn, cause }, { cause: error });
}
