/**
 * Proves that the adapter still has its addresses and routes, by reading what the kernel says (no process
 * is started: this runs every minute).
 */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { IPV4_RANGE, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import { toHex } from '#protocol/encoding.ts';
import { CausewayError } from '#protocol/errors.ts';

export interface ExpectedNetwork {
  readonly adapter: string;
  readonly ipv4: string;
  readonly ipv6: string;
  /** `fd12:3456:789a::/48` */
  readonly ipv6Range: string;
  readonly withIpv6: boolean;
}

/** @throws CausewayError ADAPTER_FAILED with what is missing */
export async function proveNetwork(expected: ExpectedNetwork): Promise<void> {
  const { adapter, ipv4, ipv6, ipv6Range, withIpv6 } = expected;
  const present = (networkInterfaces()[adapter] ?? []).map(({ address }) => address);
  for (const address of withIpv6 ? [ipv4, ipv6] : [ipv4]) {
    if (!present.includes(address)) throw missing(`the address ${address}`);
  }
  const [v4, v6] = [await readRoutes('/proc/net/route'), await readRoutes('/proc/net/ipv6_route')];
  if (!v4.some((fields) => fields[0] === adapter && fields[1] === littleEndianHex(IPV4_RANGE))) {
    throw missing(`the route to ${IPV4_RANGE}`);
  }
  const [prefix, length] = ipv6Range.split('/') as [string, string];
  const [wanted, wantedLength] = [toHex(parseIpv6(prefix)), Number(length).toString(16).padStart(2, '0')];
  if (withIpv6 && !v6.some((fields) => fields[0] === wanted && fields[1] === wantedLength && fields[9] === adapter)) {
    throw missing(`the route to ${ipv6Range}`);
  }
}

/** The rows of a /proc/net table, split at white space. */
async function readRoutes(path: string): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').map((line) => line.trim().split(/\s+/));
}

/** /proc/net/route prints addresses as the kernel's native 32-bit number, upper case. */
function littleEndianHex(range: string): string {
  const bytes = parseIpv4(range.split('/')[0] as string);
  return toHex(bytes.toReversed()).toUpperCase();
}

function missing(what: string): CausewayError {
  return new CausewayError('ADAPTER_FAILED', { cause: `${what} is gone from this computer` });
}
