/**
 * The settings of a role instance: one schema for every source of them. What is given in several counts in
 * the order environment, YAML file, service configuration; an empty value counts as none.
 */
import { z } from 'zod';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { Secret } from '../../secret.ts';
import type { SettingEntry } from './setting-entry.ts';
import { SETTING_NAMES, type SettingName, variableOf } from './setting-names.ts';

export interface RoleSettings {
  /** Needed only while the state directory holds no activation. */
  readonly activationToken: Secret | undefined;
  /** Whether the command waits until everything is proven. */
  readonly waitForConnectivity: boolean;
  readonly connectivityTimeoutMs: number;
  /** Whether the agent tells what it does, and why there is no connectivity. */
  readonly diagnostics: boolean;
  /** Whether, and how often, the policy is re-read though nothing was said to have changed. */
  readonly refresh: { readonly atStart: boolean; readonly everyMs: number | undefined };
  /** Accepted for the original's sake: an agent in a role is renewed with the role's image. */
  readonly upgrade: boolean;
  /** On-premises name servers: names of machines, or addresses. */
  readonly dnsServers: readonly string[];
  /** Undefined unless EnableDomainJoin is set. */
  readonly domain: DomainSettings | undefined;
}

export interface DomainSettings {
  /** `corp.example`, lower case. */
  readonly fqdn: string;
  readonly controllerFqdn: string | undefined;
  /** `name`, `DOMAIN\name` or `name@domain`. */
  readonly accountName: string;
  readonly password: Secret;
  /** A distinguished name: `OU=Roles,DC=corp,DC=example`. */
  readonly ou: string | undefined;
  readonly siteName: string | undefined;
  /** Domain users and groups who become administrators of the instance. */
  readonly administrators: readonly string[];
  /** Whether the instance leaves the domain when it says goodbye. */
  readonly leaveOnGoodbye: boolean;
}

/** What a value has to be, in the words of a refusal. */
const expecting = <Schema extends z.ZodType>(expected: string, schema: Schema) => schema.meta({ expected });

const text = z.string().max(LIMITS.ROLE_SETTING_MAX_CHARACTERS.value);
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const NAME_OR_ADDRESS = /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252})$/;
/** Base64 of DER, as long as a CMS envelope: how the original's tools stored a password for its own certificate. */
const ENCRYPTED = /^MII[A-Za-z0-9+/=\s]{120,}$/;

const flag = expecting(
  'true or false',
  text
    .toLowerCase()
    .pipe(z.enum(['true', 'false']))
    .transform((value) => value === 'true'),
);
const hostName = expecting('a full domain name like corp.example', text.toLowerCase().regex(HOST_NAME));
const list = z
  .union([text.transform((value) => value.split(/[,;]/)), z.array(text)])
  .transform((parts) => parts.map((part) => part.trim()).filter((part) => part !== ''));

const SCHEMA = z.object({
  ActivationToken: text.optional(),
  WaitForConnectivity: flag.optional(),
  EnableDomainJoin: flag.optional(),
  DomainFQDN: hostName.optional(),
  DomainControllerFQDN: hostName.optional(),
  DomainAccountName: expecting(
    'an account like CORP\\joiner or joiner@corp.example',
    text.regex(/^[^\s"/:|<>+=;,?*]+$/),
  ).optional(),
  DomainPassword: expecting(
    'the password itself: one that the original encrypted for its certificate can not be opened here',
    text.refine((value) => !ENCRYPTED.test(value)),
  ).optional(),
  DomainOU: expecting(
    'a distinguished name like OU=Roles,DC=corp,DC=example',
    text.regex(/^\w+=[^=]+(,\w+=[^=]+)*$/),
  ).optional(),
  DomainSiteName: expecting('the name of a site', text.regex(/^[\w.-]{1,63}$/)).optional(),
  Administrators: expecting('users and groups with commas between them', list).optional(),
  DNSServers: expecting(
    'names or addresses with commas between them',
    list.pipe(z.array(z.string().regex(NAME_OR_ADDRESS))),
  ).optional(),
  Diagnostics: flag.optional(),
  Refresh: expecting(
    'true, false, or a number of seconds from 10 to 86400',
    text
      .toLowerCase()
      .regex(/^(?:true|false|\d+)$/)
      .refine(inRange(10, 86_400)),
  ).optional(),
  Upgrade: flag.optional(),
  ConnectivityTimeout: expecting(
    'a number of seconds from 1 to 3600',
    text.regex(/^\d+$/).refine(inRange(1, 3_600)),
  ).optional(),
  LeaveDomain: flag.optional(),
});
type Values = z.infer<typeof SCHEMA>;

/**
 * @param sources the strongest first
 * @throws CausewayError ROLE_SETTING_INVALID, ROLE_SETTING_MISSING
 */
export function roleSettings(sources: readonly (readonly SettingEntry[])[]): RoleSettings {
  const entries = strongest(sources);
  const parsed = SCHEMA.safeParse(
    Object.fromEntries([...entries].map(([name, { value }]) => [name, trimmed(name, value)])),
  );
  if (!parsed.success) throw invalid(entries, parsed.error);
  const values = parsed.data;
  return {
    activationToken: values.ActivationToken === undefined ? undefined : new Secret(values.ActivationToken),
    waitForConnectivity: values.WaitForConnectivity ?? false,
    connectivityTimeoutMs:
      values.ConnectivityTimeout === undefined
        ? LIMITS.ROLE_CONNECTIVITY_TIMEOUT_MS.value
        : Number(values.ConnectivityTimeout) * 1_000,
    diagnostics: values.Diagnostics ?? false,
    refresh: refreshOf(values.Refresh),
    upgrade: values.Upgrade ?? false,
    dnsServers: values.DNSServers ?? [],
    domain: values.EnableDomainJoin === true ? domainOf(values) : undefined,
  };
}

/** Files that secrets stand in, as Docker and Kubernetes give them, by the setting that each stands for. */
export function secretFiles(
  sources: readonly (readonly SettingEntry[])[],
): { name: SettingName; entry: SettingEntry }[] {
  const entries = strongest(sources);
  const pairs = [
    ['ActivationToken', 'ActivationTokenFile'],
    ['DomainPassword', 'DomainPasswordFile'],
  ] as const;
  return pairs.flatMap(([name, file]) => {
    const entry = entries.get(file);
    return entry === undefined || entries.has(name) ? [] : [{ name, entry }];
  });
}

function strongest(sources: readonly (readonly SettingEntry[])[]): Map<SettingName, SettingEntry> {
  const found = new Map<SettingName, SettingEntry>();
  for (const entry of sources.flat()) {
    if (!isEmpty(entry.value) && !found.has(entry.name)) found.set(entry.name, entry);
  }
  return found;
}

function isEmpty(value: SettingEntry['value']): boolean {
  return typeof value === 'string' ? value.trim() === '' : value.length === 0;
}

/** A password may begin or end with a space. */
function trimmed(name: SettingName, value: SettingEntry['value']): SettingEntry['value'] {
  return typeof value === 'string' && name !== 'DomainPassword' ? value.trim() : value;
}

function domainOf(values: Values): DomainSettings {
  return {
    fqdn: needed(values, 'DomainFQDN'),
    controllerFqdn: values.DomainControllerFQDN,
    accountName: needed(values, 'DomainAccountName'),
    password: new Secret(needed(values, 'DomainPassword')),
    ou: values.DomainOU,
    siteName: values.DomainSiteName,
    administrators: values.Administrators ?? [],
    leaveOnGoodbye: values.LeaveDomain ?? false,
  };
}

function needed(values: Values, name: 'DomainFQDN' | 'DomainAccountName' | 'DomainPassword'): string {
  const value = values[name];
  if (value !== undefined) return value;
  const reason = 'EnableDomainJoin is true, and an instance joins no domain without it';
  throw new CausewayError('ROLE_SETTING_MISSING', { setting: name, variable: variableOf(name), reason });
}

function refreshOf(value: string | undefined): RoleSettings['refresh'] {
  if (value === undefined || value === 'false') return { atStart: false, everyMs: undefined };
  return { atStart: true, everyMs: value === 'true' ? undefined : Number(value) * 1_000 };
}

function inRange(least: number, most: number): (value: string) => boolean {
  return (value) => !/^\d+$/.test(value) || (Number(value) >= least && Number(value) <= most);
}

function invalid(entries: ReadonlyMap<SettingName, SettingEntry>, error: z.ZodError): CausewayError {
  const name = SETTING_NAMES.find((known) => known === error.issues[0]?.path[0]);
  const entry = name && entries.get(name);
  // The schema has no rule over several settings.
  if (name === undefined || entry === undefined) throw error;
  return new CausewayError('ROLE_SETTING_INVALID', {
    place: entry.place,
    setting: entry.written,
    expected: expectedOf(name),
  });
}

function expectedOf(name: SettingName): string {
  const shape: Readonly<Record<string, z.ZodType>> = SCHEMA.shape;
  const schema = shape[name];
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return String(
    (inner as z.ZodType | undefined)?.meta()?.expected ??
      `at most ${LIMITS.ROLE_SETTING_MAX_CHARACTERS.value} characters`,
  );
}
