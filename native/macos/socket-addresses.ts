/**
 * Addresses as Darwin's structures hold them: the length comes before the family, and both take a byte. Pure.
 * Multi-byte fields are in the machine's byte order, which is little-endian on every Mac that runs this.
 */
import { formatIpv6, isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import { AF } from './constants.ts';

/** netinet/in.h: sin_len, sin_family, sin_port(2), sin_addr(4), sin_zero[8]. */
const SOCKADDR_IN = { bytes: 16, address: 4 } as const;
/** netinet6/in6.h: sin6_len, sin6_family, sin6_port(2), sin6_flowinfo(4), sin6_addr(16), sin6_scope_id(4). */
const SOCKADDR_IN6 = { bytes: 28, address: 8 } as const;
/** net/if_dl.h: sdl_len, sdl_family, sdl_index(2), sdl_type, sdl_nlen, sdl_alen, sdl_slen, sdl_data[12]. */
const SOCKADDR_DL = { bytes: 20, index: 2 } as const;

/** struct sockaddr_in or sockaddr_in6. @param address of an IP version, which decides */
export function addressBytes(address: string): Uint8Array {
  const [{ bytes, address: at }, family, value] = isIpv6(address)
    ? ([SOCKADDR_IN6, AF.INET6, parseIpv6(address)] as const)
    : ([SOCKADDR_IN, AF.INET, parseIpv4(address)] as const);
  const result = new Uint8Array(bytes);
  result.set([bytes, family]);
  result.set(value, at);
  return result;
}

/** The mask of a range, likewise. @param like an address of the same IP version */
export function maskBytes(like: string, length: number): Uint8Array {
  const mask = addressBytes(isIpv6(like) ? '::' : '0.0.0.0');
  const at = isIpv6(like) ? SOCKADDR_IN6.address : SOCKADDR_IN.address;
  for (let bit = 0; bit < length; bit++)
    mask[at + (bit >> 3)] = (mask[at + (bit >> 3)] as number) | (0x80 >> (bit & 7));
  return mask;
}

/** struct sockaddr_dl: an interface by its index; 0 asks for one. */
export function interfaceBytes(index: number): Uint8Array {
  const result = new Uint8Array(SOCKADDR_DL.bytes);
  result.set([SOCKADDR_DL.bytes, AF.LINK]);
  new DataView(result.buffer).setUint16(SOCKADDR_DL.index, index, true);
  return result;
}

/** @returns undefined for another family, or one that is cut off */
export function addressIn(bytes: Uint8Array): string | undefined {
  const family = bytes[1];
  if (family === AF.INET && bytes.length >= SOCKADDR_IN.address + 4) {
    return bytes.subarray(SOCKADDR_IN.address, SOCKADDR_IN.address + 4).join('.');
  }
  if (family === AF.INET6 && bytes.length >= SOCKADDR_IN6.address + 16) {
    return formatIpv6(bytes.subarray(SOCKADDR_IN6.address, SOCKADDR_IN6.address + 16));
  }
  return undefined;
}

/**
 * Length of a mask, of which the kernel tells only the bytes up to the last that is not 0, and the family not always.
 * @param like an address of the range
 */
export function maskLengthIn(bytes: Uint8Array, like: string): number {
  let length = 0;
  for (const byte of bytes.subarray(isIpv6(like) ? SOCKADDR_IN6.address : SOCKADDR_IN.address)) {
    length += Math.clz32(~(byte << 24));
    if (byte !== 0xff) break;
  }
  return Math.min(length, isIpv6(like) ? 128 : 32);
}
