/**
 * Messages of a routing socket (route(4); net/route.h, struct rt_msghdr): the routes that we set and ask for, and
 * those that the kernel tells of. Pure: the socket is network-settings.ts'.
 *
 *     msglen(2) version(1) type(1) index(2) pad(2) flags(4) addrs(4) pid(4) seq(4) errno(4) use(4) inits(4) metrics(56)
 *
 * and behind that the addresses whose bits are in `addrs`, in their order, each filled up to four bytes.
 */
import { isIpv6 } from '#protocol/addresses.ts';
import { RTA, RTF, RTM } from './constants.ts';
import { addressBytes, addressIn, interfaceBytes, maskBytes, maskLengthIn } from './socket-addresses.ts';

export const HEADER_BYTES = 92;
export const TYPE_AT = 3;
const AT = {
  length: 0,
  version: 2,
  type: TYPE_AT,
  index: 4,
  flags: 8,
  addresses: 12,
  process: 16,
  sequence: 20,
} as const;

/** A route as the kernel tells it. */
export interface KernelRoute {
  /** In CIDR form. */
  readonly destination: string;
  /** Of the next hop; undefined when it is the interface itself. */
  readonly gateway: string | undefined;
  /** Of the interface. */
  readonly index: number;
  readonly flags: number;
}

export interface RouteMessage {
  readonly type: number;
  readonly index: number;
  readonly process: number;
  readonly sequence: number;
  /** Undefined for those that tell of another family than IP, or of no route. */
  readonly route: KernelRoute | undefined;
}

/** @param range in CIDR form; its packets go to the interface `index`, and to no other machine */
export function addRoute(range: string, index: number): Uint8Array {
  return routeOf(RTM.ADD, range, index);
}

export function deleteRoute(range: string, index: number): Uint8Array {
  return routeOf(RTM.DELETE, range, index);
}

/** Asks which route a packet takes. The answer has the same sequence. */
export function askRoute(address: string, sequence: number): Uint8Array {
  return message(RTM.GET, RTF.UP | RTF.HOST, sequence, [
    [RTA.DST, addressBytes(address)],
    [RTA.IFP, interfaceBytes(0)],
  ]);
}

/** What one read of the socket, or the whole table, holds. What is cut off at its end is left out. */
export function readMessages(bytes: Uint8Array): RouteMessage[] {
  const messages: RouteMessage[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint16(AT.length, true);
    if (length === 0 || at + length > bytes.length) break;
    const one = bytes.subarray(at, at + length);
    // Of another kind (RTM_NEWADDR and the like), shorter, or of a system to come.
    if (length >= HEADER_BYTES && one[AT.version] === RTM.VERSION) messages.push(readMessage(one));
    at += length;
  }
  return messages;
}

function readMessage(bytes: Uint8Array): RouteMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const index = view.getUint16(AT.index, true);
  return {
    type: bytes[AT.type] as number,
    index,
    process: view.getInt32(AT.process, true),
    sequence: view.getInt32(AT.sequence, true),
    route: readRoute(bytes, view.getInt32(AT.addresses, true), { index, flags: view.getInt32(AT.flags, true) }),
  };
}

function readRoute(
  bytes: Uint8Array,
  present: number,
  about: Pick<KernelRoute, 'index' | 'flags'>,
): KernelRoute | undefined {
  const found = new Map<number, Uint8Array>();
  let at = HEADER_BYTES;
  for (let bit = RTA.DST; bit <= RTA.NETMASK && at < bytes.length; bit <<= 1) {
    if ((present & bit) === 0) continue;
    const length = bytes[at] as number;
    found.set(bit, bytes.subarray(at, at + length));
    // One of no length takes four bytes all the same.
    at += Math.max(4, roundUp(length));
  }
  const address = addressIn(found.get(RTA.DST) ?? new Uint8Array());
  if (address === undefined) return undefined;
  const mask = found.get(RTA.NETMASK);
  const whole = isIpv6(address) ? 128 : 32;
  const length = (about.flags & RTF.HOST) !== 0 || mask === undefined ? whole : maskLengthIn(mask, address);
  return {
    destination: length === whole ? address : `${address}/${length}`,
    gateway: (about.flags & RTF.GATEWAY) === 0 ? undefined : addressIn(found.get(RTA.GATEWAY) ?? new Uint8Array()),
    ...about,
  };
}

function routeOf(type: number, range: string, index: number): Uint8Array {
  const [address = '', length] = range.split('/');
  return message(type, RTF.UP | RTF.STATIC, 0, [
    [RTA.DST, addressBytes(address)],
    [RTA.GATEWAY, interfaceBytes(index)],
    [RTA.NETMASK, maskBytes(address, Number(length))],
  ]);
}

function message(
  type: number,
  flags: number,
  sequence: number,
  addresses: [bit: number, bytes: Uint8Array][],
): Uint8Array {
  const size = addresses.reduce((sum, [, bytes]) => sum + roundUp(bytes.length), HEADER_BYTES);
  const result = new Uint8Array(size);
  const view = new DataView(result.buffer);
  view.setUint16(AT.length, size, true);
  view.setUint8(AT.version, RTM.VERSION);
  view.setUint8(AT.type, type);
  view.setInt32(AT.flags, flags, true);
  view.setInt32(AT.sequence, sequence, true);
  let at = HEADER_BYTES;
  for (const [bit, bytes] of addresses) {
    view.setInt32(AT.addresses, view.getInt32(AT.addresses, true) | bit, true);
    result.set(bytes, at);
    at += roundUp(bytes.length);
  }
  return result;
}

/** net/rtsock.c: ROUNDUP32. */
function roundUp(length: number): number {
  return (length + 3) & ~3;
}
