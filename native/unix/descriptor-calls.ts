/**
 * The functions of the C library by which a descriptor is read and written, as Linux and macOS have them, and
 * nothing above them. Synchronous: each is a system call that does not block on these descriptors.
 */
import { getSystemErrorMap } from 'node:util';
import koffi, { type LibraryHandle } from 'koffi';

/**
 * Every call returns -1 when it fails; {@link DescriptorCalls.errno} then says why, until the next call. An
 * address is what {@link DescriptorCalls.addressOf} gave; nothing checks that the bytes behind it are as many
 * as a call is told.
 */
export interface DescriptorCalls {
  close(fd: number): number;
  socket(domain: number, type: number, protocol: number): number;
  /** @param ends receives two 32-bit descriptors, non-blocking and close-on-exec: read end, write end */
  pipe(ends: Int32Array): number;
  /** `to` becomes a close-on-exec duplicate of `from`. */
  replace(from: number, to: number): number;
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

/** Those that are called alike on both systems. */
export function sharedCalls(library: LibraryHandle): Omit<DescriptorCalls, 'pipe' | 'replace'> {
  return {
    close: library.func('int close(int fd)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    read: library.func('int64_t read(int fd, uintptr_t address, size_t length)'),
    write: library.func('int64_t write(int fd, const void *bytes, size_t length)'),
    errno: () => koffi.errno(),
    addressOf: (bytes) => Number(koffi.address(bytes)),
  };
}

/** What a system says and Node does not know: EBADFD (asm-generic/errno.h) is Linux' alone. */
const UNKNOWN_TO_NODE: ReadonlyMap<number, readonly [string, string]> = new Map([
  [77, ['EBADFD', 'file descriptor in bad state (the interface was removed)']],
]);

/** `EBUSY: resource busy or locked`. */
export function describeErrno(errno: number): string {
  const known = getSystemErrorMap().get(-errno) ?? UNKNOWN_TO_NODE.get(errno);
  const [name, message] = known ?? [`errno ${errno}`, 'see errno(3)'];
  return `${name}: ${message}`;
}
