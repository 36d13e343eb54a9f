/**
 * The address to listen on, and the URL under which machines reach it.
 */
import { isIP } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';

export const DEFAULT_LISTEN = '0.0.0.0:443';
const HTTPS_PORT = 443;

export interface ListenAddress {
  /** A DNS name or an address, without brackets. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** @param text `HOST:PORT`, `[IPV6]:PORT`. @throws CausewayError USAGE */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match === null || port > 65_535 || (match[1] !== undefined && isIP(host) !== 6)) {
    throw new CausewayError('USAGE', { issue: `${text} is not of the form HOST:PORT or [IPV6]:PORT.` });
  }
  return { host, port };
}

/** For people and error messages. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** @returns the origin. @throws CausewayError USAGE when `text` is no https origin. */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw new CausewayError('USAGE', { issue: `${text} is not of the form https://HOST[:PORT].` });
  }
  return url.origin;
}

/** The URL nobody has chosen: by the address, or by the host's name if it listens on every address. */
export function defaultServerUrl(bound: ListenAddress, hostName: string): string {
  const everywhere = bound.host === '0.0.0.0' || bound.host === '::';
  const address = formatAddress({ host: everywhere ? hostName : bound.host, port: bound.port });
  return new URL(`https://${bound.port === HTTPS_PORT ? address.replace(/:443$/, '') : address}`).origin;
}

/** The host of an origin as a certificate names it: no brackets. */
export function hostOf(origin: string): string {
  return new URL(origin).hostname.replace(/^\[|\]$/g, '');
}
