/**
 * Has Windows ask the agent for the subscription's names and for no others: a rule in the Name Resolution
 * Policy Table ([MS-GPNRPT] §2.2.2), and the domain as the adapter's own suffix, by which bare names are found.
 *
 * The table is kept twice in the registry: by this computer, and by group policy. Once a policy has a table,
 * Windows looks only at that one, so our rule is then in both.
 */
import { flushDnsCache } from '#native/windows/dns-cache.ts';
import {
  deleteKey,
  deleteValue,
  type KeyPath,
  subkeys,
  writeNumber,
  writeString,
  writeStrings,
} from '#native/windows/registry.ts';

const LOCAL_TABLE: KeyPath = 'SYSTEM\\CurrentControlSet\\Services\\Dnscache\\Parameters\\DnsPolicyConfig';
const POLICY_TABLE: KeyPath = 'SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient\\DnsPolicyConfig';
const INTERFACES: KeyPath = 'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces';
/** Always the same, so that the next start finds what a killed agent left. */
const RULE = '{5f6e4a3b-0f0c-4c57-9d0e-43574e525054}';
/** [MS-GPNRPT] §2.2.2.2: the version that all Windows since 8 understand. */
const RULE_VERSION = 2;
/** §2.2.2.13: of the rule's settings only the generic DNS servers count. */
const GENERIC_DNS_SERVERS = 0x8;

export interface NamesOptions {
  /** Domains with all that is below them, without a dot in front. */
  readonly domains: readonly string[];
  /** Added to bare names. */
  readonly suffix: string;
  /** Address of the server to ask, on port 53. */
  readonly server: string;
  readonly adapterGuid: string;
}

/** @throws CausewayError REGISTRY_REFUSED */
export function setUpNames(options: NamesOptions): void {
  for (const table of tables()) {
    const rule = `${table}\\${RULE}`;
    writeNumber(rule, 'Version', RULE_VERSION);
    writeString(rule, 'Comment', 'Causeway: names of the private network');
    // A dot in front: the domain and all that is below it (§2.2.2.3).
    writeStrings(
      rule,
      'Name',
      options.domains.map((domain) => `.${domain}`),
    );
    writeString(rule, 'GenericDNSServers', options.server);
    writeNumber(rule, 'ConfigOptions', GENERIC_DNS_SERVERS);
  }
  writeString(interfaceKey(options.adapterGuid), 'Domain', options.suffix);
  flushDnsCache();
}

/** Nothing there is well. @throws CausewayError REGISTRY_REFUSED */
export function removeNames(adapterGuid: string): void {
  for (const table of [LOCAL_TABLE, POLICY_TABLE]) deleteKey(`${table}\\${RULE}`);
  deleteValue(interfaceKey(adapterGuid), 'Domain');
  flushDnsCache();
}

function tables(): KeyPath[] {
  const others = subkeys(POLICY_TABLE).filter((rule) => rule !== RULE);
  return others.length === 0 ? [LOCAL_TABLE] : [LOCAL_TABLE, POLICY_TABLE];
}

function interfaceKey(guid: string): KeyPath {
  return `${INTERFACES}\\{${guid}}`;
}
