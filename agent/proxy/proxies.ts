/**
 * By which proxies a server is tried, in order; asked anew for every attempt, since an auto-configuration may say
 * another thing in another network. An empty place in the answer means to go without a proxy.
 */
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { isExcepted } from './no-proxy.ts';
import { pacAnswer } from './pac.ts';
import { type HttpProxy, parseProxy } from './proxy.ts';
import type { ProxySetting } from './proxy-settings.ts';

/** `direct`, or a proxy. */
export type Way = HttpProxy | 'direct';

export class Proxies {
  readonly setting: ProxySetting;

  constructor(setting: ProxySetting) {
    this.setting = setting;
  }

  /**
   * @param server origin
   * @throws CausewayError PAC_UNUSABLE, PROXY_SETTING_INVALID, or the signal's reason
   */
  async waysTo(server: string, signal: AbortSignal): Promise<readonly Way[]> {
    const { setting } = this;
    const { hostname, port } = new URL(server);
    const host = hostname.replace(/^\[|\]$/g, '');
    if (setting.kind === 'unusable') throw setting.error;
    const exceptions = setting.kind === 'fixed' ? setting.noProxy : '';
    if (setting.kind === 'none' || isExcepted(exceptions, host, port === '' ? 443 : Number(port))) return ['direct'];
    if (setting.kind === 'fixed') return [setting.proxy];
    return waysOf(await pacAnswer(setting.url, server, signal), setting);
  }
}

/**
 * What FindProxyForURL answered: `PROXY proxy.corp:3128; DIRECT`.
 * @throws CausewayError PAC_UNUSABLE when nothing of it can be used
 */
export function waysOf(answer: string, { url, place, credentials }: ProxySetting & { kind: 'pac' }): readonly Way[] {
  const entries = answer.split(';').map((entry) => entry.trim().split(/\s+/));
  const ways = entries.flatMap(([kind = '', where = '']): Way[] => {
    if (/^DIRECT$/i.test(kind)) return ['direct'];
    if (!/^(?:PROXY|HTTPS?)$/i.test(kind) || where === '') return [];
    const proxy = parseProxy(`${/^HTTPS$/i.test(kind) ? 'https' : 'http'}://${where}`, `${place} (${url})`);
    return [credentials === undefined ? proxy : { ...proxy, credentials }];
  });
  if (ways.length > 0) return ways.slice(0, LIMITS.PAC_PROXIES_MAX.value);
  const cause =
    answer.trim() === ''
      ? 'it names no proxy and not DIRECT'
      : `it answers “${answer.slice(0, 80)}”, which is no HTTP proxy`;
  throw new CausewayError('PAC_UNUSABLE', { pac: url, cause });
}
