/**
 * The settings of a role by their names: those of the original plug-in, spelt as it spelt them, and a few of
 * our own; and the name that each has as an environment variable.
 */

/** In a service configuration, every setting of the original plug-in begins so. */
export const ORIGINAL_PREFIX = 'Microsoft.WindowsAzure.Plugins.Connect.';

const VARIABLES = {
  ActivationToken: 'CAUSEWAY_ACTIVATION_TOKEN',
  WaitForConnectivity: 'CAUSEWAY_WAIT_FOR_CONNECTIVITY',
  EnableDomainJoin: 'CAUSEWAY_ENABLE_DOMAIN_JOIN',
  DomainFQDN: 'CAUSEWAY_DOMAIN_FQDN',
  DomainControllerFQDN: 'CAUSEWAY_DOMAIN_CONTROLLER_FQDN',
  DomainAccountName: 'CAUSEWAY_DOMAIN_ACCOUNT_NAME',
  DomainPassword: 'CAUSEWAY_DOMAIN_PASSWORD',
  DomainOU: 'CAUSEWAY_DOMAIN_OU',
  DomainSiteName: 'CAUSEWAY_DOMAIN_SITE_NAME',
  Administrators: 'CAUSEWAY_ADMINISTRATORS',
  DNSServers: 'CAUSEWAY_DNS_SERVERS',
  Diagnostics: 'CAUSEWAY_DIAGNOSTICS',
  Refresh: 'CAUSEWAY_REFRESH',
  Upgrade: 'CAUSEWAY_UPGRADE',
  // Not of the original.
  ActivationTokenFile: 'CAUSEWAY_ACTIVATION_TOKEN_FILE',
  DomainPasswordFile: 'CAUSEWAY_DOMAIN_PASSWORD_FILE',
  ConnectivityTimeout: 'CAUSEWAY_CONNECTIVITY_TIMEOUT',
  LeaveDomain: 'CAUSEWAY_LEAVE_DOMAIN',
} as const;

export type SettingName = keyof typeof VARIABLES;
export const SETTING_NAMES = Object.keys(VARIABLES) as readonly SettingName[];

export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(VARIABLES, text);
}

export function variableOf(name: SettingName): string {
  return VARIABLES[name];
}

/** Removed from the environment of what a role runs: whoever may read its environment may not have these. */
export const SECRET_VARIABLES: readonly string[] = [VARIABLES.ActivationToken, VARIABLES.DomainPassword];
