/**
 * NO_PROXY, as curl, Go and Python read it: names with everything below them, addresses, ranges, each perhaps
 * with a port, with commas or spaces between; `*` for everything. Pure.
 */
import { BlockList, isIP } from 'node:net';
import { LIMITS } from '#protocol/limits.ts';

/** @param host a name, or an address without brackets */
export function isExcepted(noProxy: string, host: string, port: number): boolean {
  if (isLoopback(host)) return true;
  const entries = noProxy.split(/[\s,]+/).filter((entry) => entry !== '');
  return entries.slice(0, LIMITS.NO_PROXY_ENTRIES_MAX.value).some((entry) => covers(entry.toLowerCase(), host, port));
}

function covers(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  const { place, port: only } = split(entry);
  if (only !== undefined && only !== port) return false;
  if (isIP(host) !== 0) return coversAddress(place, host);
  const name = place.replace(/^\*?\./, '').replace(/\.$/, '');
  const wanted = host.toLowerCase().replace(/\.$/, '');
  return name !== '' && (wanted === name || wanted.endsWith(`.${name}`));
}

function coversAddress(place: string, host: string): boolean {
  const [address = '', length] = place.split('/');
  const family = isIP(address);
  if (family === 0 || family !== isIP(host)) return false;
  const list = new BlockList();
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  const bits = length === undefined ? (family === 6 ? 128 : 32) : Number(length);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 6 ? 128 : 32)) return false;
  list.addSubnet(address, bits, kind);
  return list.check(host, kind);
}

/** `[::1]:8080`, `host:8080`, `::1`, `10.0.0.0/8`. */
function split(entry: string): { place: string; port?: number } {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  const [, place = entry, port] = bracketed ?? (isIP(entry) === 6 ? [] : (/^([^:]+):(\d+)$/.exec(entry) ?? []));
  return port === undefined ? { place } : { place, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
