/**
 * Structures of Darwin's control sockets and interface requests, laid out byte by byte. Pure: nothing is called
 * here. Each function names the header that declares what it makes; layout.test.ts has a C compiler say the
 * same offsets.
 */
import { isIpv6 } from '#protocol/addresses.ts';
import {
  AF,
  AF_SYS_CONTROL,
  BYTES,
  IFNAMSIZ,
  IN6_IFF_NODAD,
  ND6_INFINITE_LIFETIME,
  REQUEST,
  UTUN_CONTROL_NAME,
} from './constants.ts';
import { addressBytes, maskBytes } from './socket-addresses.ts';

export interface InterfaceRequest {
  readonly request: number;
  readonly argument: Uint8Array;
}

/** Where the union of struct ifreq begins. */
const VALUE_AT = IFNAMSIZ;

/** sys/kern_control.h: struct ctl_info, whose ctl_id the kernel fills in. */
export function controlInfo(): Uint8Array {
  const info = new Uint8Array(BYTES.CTL_INFO);
  info.set(new TextEncoder().encode(UTUN_CONTROL_NAME), 4);
  return info;
}

export function controlId(info: Uint8Array): number {
  return viewOf(info).getUint32(0, true);
}

/**
 * sys/kern_control.h: struct sockaddr_ctl: sc_len, sc_family, ss_sysaddr(2), sc_id(4), sc_unit(4), sc_reserved(20).
 * @param unit one more than the number in the interface's name; 0 for the next that is free
 */
export function controlAddress(id: number, unit: number): Uint8Array {
  const address = new Uint8Array(BYTES.SOCKADDR_CTL);
  address.set([BYTES.SOCKADDR_CTL, AF.SYSTEM]);
  const view = viewOf(address);
  view.setUint16(2, AF_SYS_CONTROL, true);
  view.setUint32(4, id, true);
  view.setUint32(8, unit, true);
  return address;
}

/** net/if.h: struct ifreq with ifr_mtu. */
export function setMtu(name: string, mtu: number): InterfaceRequest {
  const argument = named(name, BYTES.IFREQ);
  viewOf(argument).setInt32(VALUE_AT, mtu, true);
  return { request: REQUEST.SIOCSIFMTU, argument };
}

/** net/if.h: struct ifreq with ifr_flags, which the kernel fills in. */
export function getFlags(name: string): InterfaceRequest {
  return { request: REQUEST.SIOCGIFFLAGS, argument: named(name, BYTES.IFREQ) };
}

export function flagsIn(argument: Uint8Array): number {
  return viewOf(argument).getUint16(VALUE_AT, true);
}

export function setFlags(name: string, flags: number): InterfaceRequest {
  const argument = named(name, BYTES.IFREQ);
  viewOf(argument).setUint16(VALUE_AT, flags, true);
  return { request: REQUEST.SIOCSIFFLAGS, argument };
}

/**
 * A host's address. IPv4, net/if.h: struct ifaliasreq: name, address, the other end, mask. utun is point-to-point,
 * and its other end is itself, as with `ifconfig utun5 ADDRESS ADDRESS`. IPv6, netinet6/in6_var.h: struct
 * in6_aliasreq: name, address, the other end (none), mask, flags, and two lifetimes behind two times that do not count.
 */
export function addAddress(name: string, address: string): InterfaceRequest {
  const own = addressBytes(address);
  if (!isIpv6(address)) {
    const argument = named(name, BYTES.IFALIASREQ);
    argument.set(own, IFNAMSIZ);
    argument.set(own, IFNAMSIZ + own.length);
    argument.set(maskBytes(address, 32), IFNAMSIZ + 2 * own.length);
    return { request: REQUEST.SIOCAIFADDR, argument };
  }
  const argument = named(name, BYTES.IN6_ALIASREQ);
  argument.set(own, IFNAMSIZ);
  argument.set(maskBytes(address, 128), IFNAMSIZ + 2 * own.length);
  const view = viewOf(argument);
  view.setInt32(100, IN6_IFF_NODAD, true);
  view.setUint32(120, ND6_INFINITE_LIFETIME, true);
  view.setUint32(124, ND6_INFINITE_LIFETIME, true);
  return { request: REQUEST.SIOCAIFADDR_IN6, argument };
}

/** net/if.h: struct ifreq with ifr_addr; netinet6/in6_var.h: struct in6_ifreq with ifru_addr. */
export function removeAddress(name: string, address: string): InterfaceRequest {
  const argument = named(name, isIpv6(address) ? BYTES.IN6_IFREQ : BYTES.IFREQ);
  argument.set(addressBytes(address), VALUE_AT);
  return { request: isIpv6(address) ? REQUEST.SIOCDIFADDR_IN6 : REQUEST.SIOCDIFADDR, argument };
}

function named(name: string, bytes: number): Uint8Array {
  const argument = new Uint8Array(bytes);
  // The last byte of the name stays zero.
  argument.set(new TextEncoder().encode(name).subarray(0, IFNAMSIZ - 1));
  return argument;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
