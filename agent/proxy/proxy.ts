/**
 * One HTTP proxy as it is written by people: `http://user:password@proxy.corp:3128`. The password stays in here;
 * what is shown is scheme, host and port. Pure.
 */
import { CausewayError } from '#protocol/errors.ts';
import { Secret } from '../secret.ts';

export interface HttpProxy {
  readonly host: string;
  readonly port: number;
  /** Whether the way to the proxy itself is TLS. */
  readonly secure: boolean;
  /** `user:password`. */
  readonly credentials?: Secret;
  /** Without user and password: for messages. */
  readonly shown: string;
  /** Who names it, for messages. */
  readonly place: string;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * @param text as in HTTPS_PROXY: without a scheme it is http
 * @throws CausewayError PROXY_SETTING_INVALID, which does not repeat the text: it may hold a password
 */
export function parseProxy(text: string, place: string): HttpProxy {
  const refuse = (issue: string) => new CausewayError('PROXY_SETTING_INVALID', { place, issue });
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) throw refuse('it is no address');
  const url = new URL(address);
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined) throw refuse(`Causeway goes through HTTP proxies only, not ${url.protocol}//`);
  if (url.hostname === '') throw refuse('it names no host');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw refuse('a proxy has no path');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? defaultPort : Number(url.port);
  const secure = url.protocol === 'https:';
  const shown = `${secure ? 'https' : 'http'}://${url.hostname}:${port}`;
  const credentials = credentialsIn(url, refuse);
  return { host, port, secure, shown, place, ...(credentials === undefined ? {} : { credentials }) };
}

/** @throws CausewayError PROXY_SETTING_INVALID */
export function parseCredentials(text: string, place: string): Secret {
  if (/^[^:]+:/.test(text) && !hasControls(text)) return new Secret(text);
  throw new CausewayError('PROXY_SETTING_INVALID', {
    place,
    issue: 'user and password are not written as USER:PASSWORD',
  });
}

/** Whether a password stands in what somebody typed; such a text must not be an argument of a program. */
export function holdsPassword(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/@]*:[^/]*@/i.test(text);
}

function credentialsIn(url: URL, refuse: (issue: string) => CausewayError): Secret | undefined {
  if (url.username === '' && url.password === '') return undefined;
  try {
    const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    if (!hasControls(text)) return new Secret(text);
  } catch {
    // A stray percent sign.
  }
  throw refuse('its user or password is not written as in an address: other characters as %25, %40, %3A');
}

function hasControls(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\x7f');
}
