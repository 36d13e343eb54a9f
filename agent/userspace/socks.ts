/**
 * The bytes of SOCKS5 (RFC 1928): what a program says, and what it is answered. Pure; knows no sockets. Programs are on
 * this computer and speak without a password.
 *
 *     → version(1)=5 count(1) methods(count)          ← version(1)=5 method(1)
 *     → version(1)=5 command(1) reserved(1) address   ← version(1)=5 reply(1) reserved(1) address
 *     address: type(1) then IPv4(4), length(1) name(length) or IPv6(16), then port(2)
 */
import { formatIpv6, isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import type { DialFailure, Target } from './dial.ts';

export const SOCKS_VERSION = 5;
const NO_PASSWORD = 0;
const NO_METHOD = 0xff;
const COMMANDS = { 1: 'connect', 3: 'associate' } as const;
const TYPE = { IPV4: 1, NAME: 3, IPV6: 4 } as const;

/** §6. */
export const REPLY = {
  SUCCEEDED: 0,
  FAILURE: 1,
  NOT_ALLOWED: 2,
  NETWORK_UNREACHABLE: 3,
  HOST_UNREACHABLE: 4,
  REFUSED: 5,
  EXPIRED: 6,
  COMMAND_UNKNOWN: 7,
  ADDRESS_UNKNOWN: 8,
} as const;

export const REPLY_TO: Readonly<Record<DialFailure, number>> = {
  refused: REPLY.REFUSED,
  prohibited: REPLY.NOT_ALLOWED,
  foreign: REPLY.NOT_ALLOWED,
  unreachable: REPLY.HOST_UNREACHABLE,
  unknown: REPLY.HOST_UNREACHABLE,
  'timed-out': REPLY.EXPIRED,
  unavailable: REPLY.FAILURE,
  crowded: REPLY.FAILURE,
  off: REPLY.NETWORK_UNREACHABLE,
};

/** `more`: not all of it has come. `wrong`: answer this, then end. */
export type Read<Value> = { readonly value: Value; readonly length: number } | { readonly wrong: Buffer } | 'more';

export interface SocksRequest {
  readonly command: 'connect' | 'associate';
  readonly target: Target;
}

/** @returns what to answer */
export function readGreeting(bytes: Buffer): Read<Buffer> {
  const count = bytes[1];
  if (count === undefined || bytes.length < 2 + count) return 'more';
  if (bytes[0] !== SOCKS_VERSION || !bytes.subarray(2, 2 + count).includes(NO_PASSWORD)) {
    return { wrong: Buffer.of(SOCKS_VERSION, NO_METHOD) };
  }
  return { value: Buffer.of(SOCKS_VERSION, NO_PASSWORD), length: 2 + count };
}

export function readRequest(bytes: Buffer): Read<SocksRequest> {
  if (bytes.length < 4) return 'more';
  if (bytes[0] !== SOCKS_VERSION) return { wrong: reply(REPLY.FAILURE) };
  const address = readAddress(bytes, 3);
  if (address === 'more') return 'more';
  if (address === 'wrong') return { wrong: reply(REPLY.ADDRESS_UNKNOWN) };
  const command = COMMANDS[bytes[1] as keyof typeof COMMANDS];
  if (command === undefined) return { wrong: reply(REPLY.COMMAND_UNKNOWN) };
  return { value: { command, target: address.target }, length: address.end };
}

/** @param bound where the proxy speaks for the program, if that is of use to it */
export function reply(code: number, bound: Target = { host: '0.0.0.0', port: 0 }): Buffer {
  return Buffer.concat([Buffer.of(SOCKS_VERSION, code, 0), addressBytes(bound)]);
}

/** A datagram with the address before it (§7). @returns undefined for a fragment, or what is none */
export function readDatagram(bytes: Buffer): { readonly target: Target; readonly payload: Buffer } | undefined {
  const address = bytes.length < 4 || bytes[2] !== 0 ? 'wrong' : readAddress(bytes, 3);
  if (typeof address === 'string') return undefined;
  return { target: address.target, payload: bytes.subarray(address.end) };
}

export function datagram(from: Target, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, 0, 0), addressBytes(from), payload]);
}

function readAddress(bytes: Buffer, at: number): { target: Target; end: number } | 'more' | 'wrong' {
  const type = bytes[at];
  const start = type === TYPE.NAME ? at + 2 : at + 1;
  const length = type === TYPE.IPV4 ? 4 : type === TYPE.IPV6 ? 16 : type === TYPE.NAME ? bytes[at + 1] : null;
  if (length === null || length === 0) return 'wrong';
  if (length === undefined || bytes.length < start + length + 2) return 'more';
  const raw = bytes.subarray(start, start + length);
  const host = type === TYPE.NAME ? raw.toString('latin1') : type === TYPE.IPV4 ? raw.join('.') : formatIpv6(raw);
  return { target: { host, port: bytes.readUInt16BE(start + length) }, end: start + length + 2 };
}

function addressBytes({ host, port }: Target): Buffer {
  const isV6 = isIpv6(host);
  const bytes = isV6 ? parseIpv6(host) : parseIpv4(host);
  return Buffer.concat([Buffer.of(isV6 ? TYPE.IPV6 : TYPE.IPV4), bytes, Buffer.of(port >> 8, port & 255)]);
}
