/**
 * Which setting says by what proxy this computer reaches its server: the agent's own, then the environment, then
 * what is set for the whole system. Reads texts that it is given, and decides nothing about one server. Pure.
 */
import { CausewayError } from '#protocol/errors.ts';
import type { Secret } from '../secret.ts';
import { type HttpProxy, holdsPassword, parseCredentials, parseProxy } from './proxy.ts';

export type ProxySetting =
  | { readonly kind: 'none'; readonly place: string }
  | { readonly kind: 'fixed'; readonly proxy: HttpProxy; readonly place: string; readonly noProxy: string }
  | { readonly kind: 'pac'; readonly url: string; readonly place: string; readonly credentials?: Secret }
  /** What is set can not be used, and this is why. */
  | { readonly kind: 'unusable'; readonly place: string; readonly error: CausewayError };

export interface ProxySources {
  /** `--upstream-proxy`. */
  readonly option?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Content of /etc/environment; empty where there is none. */
  readonly systemEnvironment: string;
}

export const PROXY_VARIABLE = 'CAUSEWAY_UPSTREAM_PROXY';
export const CREDENTIALS_VARIABLE = 'CAUSEWAY_UPSTREAM_PROXY_CREDENTIALS';
/** In the order in which they count for a server that is reached by https. */
const COMMON_VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;
const NOWHERE = 'no setting';

/** @throws CausewayError PROXY_SETTING_INVALID */
export function proxySetting({ option, environment, systemEnvironment }: ProxySources): ProxySetting {
  const credentials = ownCredentials(environment);
  if (option !== undefined && holdsPassword(option)) {
    const issue = `a password must not be in a command line, where every user of this computer sees it; put it into ${CREDENTIALS_VARIABLE}`;
    throw new CausewayError('PROXY_SETTING_INVALID', { place: '--upstream-proxy', issue });
  }
  const own = option ?? environment[PROXY_VARIABLE];
  const noProxy = environment.no_proxy ?? environment.NO_PROXY ?? '';
  if (own !== undefined && own !== '') {
    // Named for Causeway alone, so that exceptions for other programs do not count.
    return settingOf(own, option === undefined ? PROXY_VARIABLE : '--upstream-proxy', '', credentials);
  }
  const common = firstOf(environment);
  if (common !== undefined) return settingOf(common.value, common.name, noProxy, credentials);
  const system = variablesIn(systemEnvironment);
  const set = firstOf(system);
  if (set === undefined) return { kind: 'none', place: NOWHERE };
  const exceptions = noProxy !== '' ? noProxy : (system.no_proxy ?? system.NO_PROXY ?? '');
  return settingOf(set.value, `${set.name} in /etc/environment`, exceptions, credentials);
}

function settingOf(text: string, place: string, noProxy: string, credentials: Secret | undefined): ProxySetting {
  if (/^(?:none|direct)$/i.test(text)) return { kind: 'none', place };
  const [, pac] = /^pac\+((?:https?|file):\/\/.+)$/i.exec(text) ?? [];
  if (pac !== undefined) {
    if (!URL.canParse(pac)) throw new CausewayError('PROXY_SETTING_INVALID', { place, issue: 'it is no address' });
    return { kind: 'pac', url: pac, place, ...(credentials === undefined ? {} : { credentials }) };
  }
  const proxy = parseProxy(text, place);
  const better = proxy.credentials === undefined && credentials !== undefined ? { ...proxy, credentials } : proxy;
  return { kind: 'fixed', proxy: better, place, noProxy };
}

function ownCredentials(environment: ProxySources['environment']): Secret | undefined {
  const text = environment[CREDENTIALS_VARIABLE];
  return text === undefined || text === '' ? undefined : parseCredentials(text, CREDENTIALS_VARIABLE);
}

function firstOf(environment: ProxySources['environment']): { name: string; value: string } | undefined {
  for (const name of COMMON_VARIABLES) {
    const value = environment[name];
    if (value !== undefined && value !== '') return { name, value };
  }
  return undefined;
}

/** As pam_env reads it: NAME=VALUE, perhaps with `export`, quotes around the value, and comments. */
function variablesIn(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*?)\s*$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((found) => (found === null ? [] : [[found[1], (found[2] ?? '').replace(/^(["'])(.*)\1$/, '$2')]])),
  );
}
