/**
 * For tests on Windows, as Wine with our stand-ins is: an adapter with an address, a UDP program on it that
 * sends at once, and what only the stand-ins can do.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import koffi from 'koffi';
import { parseIpv4 } from '#protocol/addresses.ts';
import { write16 } from '../packets.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const IPPROTO_UDP = 17;

/** Where the stand-ins lie: beside the program that runs. */
export function besideProgram(name: string): string {
  return join(dirname(process.execPath), name);
}

/** Why the tests that need the stand-ins can not run here; `undefined` when they can. */
export function whyNoStandIns(): string | undefined {
  if (process.platform !== 'win32') return 'needs Windows, or Wine';
  return existsSync(besideProgram('layout.exe')) ? undefined : 'needs the stand-ins';
}

export interface StandIn {
  /** While it is held, nothing leaves any ring towards the system. */
  hold(held: boolean): void;
  /** Deletes an interface behind the back of whoever made it. */
  remove(name: string): void;
}

export function standIn(): StandIn {
  const library = koffi.load(besideProgram('wintun.dll'));
  const hold = library.func('void __stdcall StandInHold(int hold)');
  const remove = library.func('int __stdcall StandInRemove(uintptr_t adapter)');
  const open = library.func('uintptr_t __stdcall WintunOpenAdapter(const char16_t *name)');
  const close = library.func('void __stdcall WintunCloseAdapter(uintptr_t adapter)');
  return {
    hold: (held) => void hold(held ? 1 : 0),
    remove: (name) => {
      const adapter = open(name);
      remove(adapter);
      close(adapter);
    },
  };
}

export interface UdpSender extends Disposable {
  send(payload: Uint8Array): void;
}

/** Winsock's own, for Node's sends when it likes. */
export function openUdpSender(from: string, fromPort: number, to: string, toPort: number): UdpSender {
  const library = koffi.load('ws2_32.dll');
  const startup = library.func('int __stdcall WSAStartup(uint16_t version, void *data)');
  const open = library.func('uintptr_t __stdcall socket(int family, int type, int protocol)');
  const bind = library.func('int __stdcall bind(uintptr_t socket, const void *address, int length)');
  const connect = library.func('int __stdcall connect(uintptr_t socket, const void *address, int length)');
  const send = library.func('int __stdcall send(uintptr_t socket, const void *bytes, int length, int flags)');
  const close = library.func('int __stdcall closesocket(uintptr_t socket)');
  check(startup(0x0202, new Uint8Array(512)) === 0);
  const socket = open(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
  check(bind(socket, socketAddress(from, fromPort), 16) === 0);
  check(connect(socket, socketAddress(to, toPort), 16) === 0);
  return {
    send: (payload) => check(send(socket, payload, payload.length, 0) === payload.length),
    [Symbol.dispose]: () => void close(socket),
  };
}

function socketAddress(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[0] = AF_INET;
  write16(bytes, 2, port);
  bytes.set(parseIpv4(address), 4);
  return bytes;
}

function check(done: boolean): void {
  if (!done) throw new Error('a call of Winsock failed');
}
