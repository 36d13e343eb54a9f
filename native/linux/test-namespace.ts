/**
 * For tests: puts the calling thread, and the child processes it starts from then on, into an empty network
 * namespace of its own, and sends UDP from inside it synchronously. Sockets made before stay where they were.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import koffi from 'koffi';
import { parseIpv4 } from '#protocol/addresses.ts';
import { write16 } from '../packets.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import { AF_INET, O_CLOEXEC, SOCK_CLOEXEC, SOCK_DGRAM } from './constants.ts';

/** linux/sched.h */
const CLONE_NEWNET = 0x40000000;
/** linux/socket.h, linux/udp.h */
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
/** The thread's, not the process's: namespaces belong to threads, and tests may run in a worker. */
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

export interface TestNamespace extends Disposable {
  /** Runs iproute2: `ip('link set lo up')`. */
  ip(command: string): void;
  /** For interfaces that are made from now on. */
  enableIpv6(): void;
}

export interface UdpSender extends Disposable {
  /** @param segment bytes of each datagram that the kernel is to cut `payload` into; 0 for one datagram */
  send(payload: Uint8Array, segment: number): void;
}

/** Why the tests that need an own namespace and a TUN can not run here; `undefined` when they can. */
export function whyNoTun(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to make a network namespace';
  return existsSync('/dev/net/tun') ? undefined : 'needs /dev/net/tun';
}

/**
 * Loopback is up; new interfaces have no IPv6, so that the kernel sends nothing of its own accord. Disposal
 * brings the thread back to where it was.
 */
export function enterTestNamespace(): TestNamespace {
  const library = koffi.load(null);
  const open = library.func('int open(const char *path, int flags)');
  const close = library.func('int close(int fd)');
  const setns = library.func('int setns(int fd, int type)');
  const unshare = library.func('int unshare(int flags)');
  const before = check(open(OWN_NAMESPACE, O_CLOEXEC));
  check(unshare(CLONE_NEWNET));
  const disableIpv6 = (value: '0' | '1') => writeFileSync('/proc/sys/net/ipv6/conf/default/disable_ipv6', value);
  disableIpv6('1');
  const ip = (command: string) => void execFileSync('ip', command.split(' '), { stdio: 'pipe' });
  ip('link set lo up');
  return {
    ip,
    enableIpv6: () => disableIpv6('0'),
    [Symbol.dispose]: () => {
      check(setns(before, CLONE_NEWNET));
      close(before);
    },
  };
}

/** A UDP socket in the namespace of the calling thread. */
export function openUdpSender(from: string, fromPort: number, to: string, toPort: number): UdpSender {
  const library = koffi.load(null);
  const close = library.func('int close(int fd)');
  const bind = library.func('int bind(int fd, const void *address, uint32_t length)');
  const connect = library.func('int connect(int fd, const void *address, uint32_t length)');
  const send = library.func('int64_t send(int fd, const void *bytes, size_t length, int flags)');
  const setsockopt = library.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)');
  const fd = check(
    library.func('int socket(int domain, int type, int protocol)')(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
  );
  check(bind(fd, socketAddress(from, fromPort), 16));
  check(connect(fd, socketAddress(to, toPort), 16));
  return {
    send: (payload, segment) => {
      check(setsockopt(fd, SOL_UDP, UDP_SEGMENT, Uint8Array.of(segment, segment >> 8, 0, 0), 4));
      check(Number(send(fd, payload, payload.length, 0)));
    },
    [Symbol.dispose]: () => void close(fd),
  };
}

/** struct sockaddr_in */
function socketAddress(address: string, port: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes[0] = AF_INET;
  write16(bytes, 2, port);
  bytes.set(parseIpv4(address), 4);
  return bytes;
}

function check(result: number): number {
  if (result < 0) throw new Error(describeErrno(koffi.errno()));
  return result;
}
