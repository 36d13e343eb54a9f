/**
 * The few functions of the C library that the TUN binding and the network's events call, and nothing above
 * them: no policy, no errors of the catalogue. Synchronous: each is a system call that does not block on these descriptors.
 */
import { getSystemErrorMap } from 'node:util';
import koffi from 'koffi';
import { EBADFD } from './constants.ts';

/**
 * Every call returns -1 when it fails; {@link Libc.errno} then says why, until the next call. An address is
 * what {@link Libc.addressOf} gave; nothing checks that the bytes behind it are as many as a call is told.
 */
export interface Libc {
  open(path: string, flags: number): number;
  close(fd: number): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  /** @param ends receives two 32-bit descriptors: read end, write end */
  pipe2(ends: Int32Array, flags: number): number;
  dup3(from: number, to: number, flags: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  ioctlValue(fd: number, request: number, argument: number): number;
  /** Reads to an address rather than into an array: a quarter cheaper (275 against 370 ns), and this is the hot path. */
  read(fd: number, address: number, length: number): number;
  write(fd: number, bytes: Uint8Array, length: number): number;
  errno(): number;
  /**
   * Address of the first byte of an array. Valid as long as the array's buffer lives and is neither
   * transferred nor resized: the caller keeps it reachable. Buffers over 64 bytes do not move.
   */
  addressOf(bytes: Uint8Array): number;
}

/** @throws Error when this process has no C library that koffi can call (never on glibc or musl) */
export function loadLibc(): Libc {
  const library = koffi.load(null);
  return {
    open: library.func('int open(const char *path, int flags)'),
    close: library.func('int close(int fd)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    pipe2: library.func('int pipe2(void *ends, int flags)'),
    dup3: library.func('int dup3(int from, int to, int flags)'),
    ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
    ioctlValue: library.func('int ioctl(int fd, unsigned long request, long argument)'),
    read: library.func('int64_t read(int fd, uintptr_t address, size_t length)'),
    write: library.func('int64_t write(int fd, const void *bytes, size_t length)'),
    errno: () => koffi.errno(),
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };
}

/** `EBUSY: resource busy or locked`. */
export function describeErrno(errno: number): string {
  if (errno === EBADFD) return 'EBADFD: file descriptor in bad state (the interface was removed)';
  const [name, message] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'see errno(3)'];
  return `${name}: ${message}`;
}
