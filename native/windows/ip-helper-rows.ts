/**
 * The rows of the IP Helper API (netioapi.h), field by field as Microsoft documents them; koffi lays them out
 * as the C compiler does. lab/windows compares sizes and offsets with those of mingw-w64's header.
 */
import koffi, { type TypeObject } from 'koffi';
import { formatIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';

/** winsock2.h */
export const AF_INET = 2;
export const AF_INET6 = 23;

/**
 * ws2ipdef.h, union SOCKADDR_INET as 28 bytes in words: family and port, then for IPv4 the address, for IPv6
 * flow, the address in four, and the scope.
 */
export type SocketAddress = Uint32Array;

type TypeSpec = string | TypeObject;

const SOCKADDR_INET_WORDS = 7;
const socketAddress = koffi.array('uint32_t', SOCKADDR_INET_WORDS);

/** IP_ADDRESS_PREFIX */
const addressPrefix = koffi.struct('IP_ADDRESS_PREFIX', { Prefix: socketAddress, PrefixLength: 'uint8_t' });

export interface UnicastAddressRow {
  Address: SocketAddress;
  InterfaceLuid: bigint | number;
  InterfaceIndex: number;
  PrefixOrigin: number;
  SuffixOrigin: number;
  ValidLifetime: number;
  PreferredLifetime: number;
  OnLinkPrefixLength: number;
  SkipAsSource: number;
  DadState: number;
  ScopeId: number;
  CreationTimeStamp: bigint | number;
}

/** nldef.h, NL_DAD_STATE */
export const IP_DAD_STATE_PREFERRED = 4;

export const unicastAddressRow = koffi.struct('MIB_UNICASTIPADDRESS_ROW', {
  Address: socketAddress,
  InterfaceLuid: 'uint64_t',
  InterfaceIndex: 'uint32_t',
  PrefixOrigin: 'int',
  SuffixOrigin: 'int',
  ValidLifetime: 'uint32_t',
  PreferredLifetime: 'uint32_t',
  OnLinkPrefixLength: 'uint8_t',
  SkipAsSource: 'uint8_t',
  DadState: 'int',
  ScopeId: 'uint32_t',
  CreationTimeStamp: 'int64_t',
} satisfies Record<keyof UnicastAddressRow, TypeSpec>);

export interface ForwardRow {
  InterfaceLuid: bigint | number;
  InterfaceIndex: number;
  DestinationPrefix: { Prefix: SocketAddress; PrefixLength: number };
  NextHop: SocketAddress;
  SitePrefixLength: number;
  ValidLifetime: number;
  PreferredLifetime: number;
  Metric: number;
  Protocol: number;
  Loopback: number;
  AutoconfigureAddress: number;
  Publish: number;
  Immortal: number;
  Age: number;
  Origin: number;
}

export const forwardRow = koffi.struct('MIB_IPFORWARD_ROW2', {
  InterfaceLuid: 'uint64_t',
  InterfaceIndex: 'uint32_t',
  DestinationPrefix: addressPrefix,
  NextHop: socketAddress,
  SitePrefixLength: 'uint8_t',
  ValidLifetime: 'uint32_t',
  PreferredLifetime: 'uint32_t',
  Metric: 'uint32_t',
  Protocol: 'int',
  Loopback: 'uint8_t',
  AutoconfigureAddress: 'uint8_t',
  Publish: 'uint8_t',
  Immortal: 'uint8_t',
  Age: 'uint32_t',
  Origin: 'int',
} satisfies Record<keyof ForwardRow, TypeSpec>);

const ZONE_INDICES = 16;

/** What of MIB_IPINTERFACE_ROW is read or set; the rest is given back as it came. */
export interface InterfaceRow {
  Family: number;
  InterfaceLuid: bigint | number;
  UseAutomaticMetric: number;
  RouterDiscoveryBehavior: number;
  DadTransmits: number;
  SitePrefixLength: number;
  Metric: number;
  NlMtu: number;
}

export const interfaceRow = koffi.struct('MIB_IPINTERFACE_ROW', {
  Family: 'uint16_t',
  InterfaceLuid: 'uint64_t',
  InterfaceIndex: 'uint32_t',
  MaxReassemblySize: 'uint32_t',
  InterfaceIdentifier: 'uint64_t',
  MinRouterAdvertisementInterval: 'uint32_t',
  MaxRouterAdvertisementInterval: 'uint32_t',
  AdvertisingEnabled: 'uint8_t',
  ForwardingEnabled: 'uint8_t',
  WeakHostSend: 'uint8_t',
  WeakHostReceive: 'uint8_t',
  UseAutomaticMetric: 'uint8_t',
  UseNeighborUnreachabilityDetection: 'uint8_t',
  ManagedAddressConfigurationSupported: 'uint8_t',
  OtherStatefulConfigurationSupported: 'uint8_t',
  AdvertiseDefaultRoute: 'uint8_t',
  RouterDiscoveryBehavior: 'int',
  DadTransmits: 'uint32_t',
  BaseReachableTime: 'uint32_t',
  RetransmitTime: 'uint32_t',
  PathMtuDiscoveryTimeout: 'uint32_t',
  LinkLocalAddressBehavior: 'int',
  LinkLocalAddressTimeout: 'uint32_t',
  ZoneIndices: koffi.array('uint32_t', ZONE_INDICES),
  SitePrefixLength: 'uint32_t',
  Metric: 'uint32_t',
  NlMtu: 'uint32_t',
  Connected: 'uint8_t',
  SupportsWakeUpPatterns: 'uint8_t',
  SupportsNeighborDiscovery: 'uint8_t',
  SupportsRouterDiscovery: 'uint8_t',
  ReachableTime: 'uint32_t',
  TransmitOffload: 'uint8_t',
  ReceiveOffload: 'uint8_t',
  DisableDefaultRoutes: 'uint8_t',
});

export function socketAddressOf(address: string): SocketAddress {
  const isIpv6 = address.includes(':');
  const words = new Uint32Array(SOCKADDR_INET_WORDS);
  const bytes = new Uint8Array(words.buffer);
  words[0] = isIpv6 ? AF_INET6 : AF_INET;
  if (isIpv6) bytes.set(parseIpv6(address), 8);
  else bytes.set(parseIpv4(address), 4);
  return words;
}

/** @returns undefined for a family that is neither IPv4 nor IPv6 */
export function addressOf(words: ArrayLike<number>): string | undefined {
  const bytes = new Uint8Array(Uint32Array.from(words).buffer);
  const family = (bytes[0] as number) | ((bytes[1] as number) << 8);
  if (family === AF_INET) return bytes.subarray(4, 8).join('.');
  return family === AF_INET6 ? formatIpv6(bytes.subarray(8, 24)) : undefined;
}
