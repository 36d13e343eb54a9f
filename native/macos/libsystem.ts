/**
 * The few functions of libSystem that the binding of macOS calls, and nothing above them: no policy, no errors of
 * the catalogue. Prototypes are those of the manual pages of section 2 and 3.
 *
 * ioctl and fcntl are variadic, and on arm64 Apple passes what follows the dots on the stack and not in
 * registers: they are declared with dots, so that koffi does so, too.
 */
import koffi, { type LibraryHandle } from 'koffi';
import { type DescriptorCalls, sharedCalls } from '../unix/descriptor-calls.ts';
import { F_GETFL, F_SETFD, F_SETFL, FD_CLOEXEC, IFNAMSIZ, O_NONBLOCK } from './constants.ts';

/** As {@link DescriptorCalls}: -1 is failure. */
export interface LibSystem extends DescriptorCalls {
  connect(fd: number, address: Uint8Array, length: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** The descriptor is non-blocking, and closed in the programs that this one starts, from now on. */
  makeOurs(fd: number): number;
  getOption(fd: number, level: number, option: number, value: Uint8Array, length: Uint32Array): number;
  setOption(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  /** sysctl(3), to read. @param value null to learn the length only */
  sysctl(name: Int32Array, count: number, value: Uint8Array | null, length: BigUint64Array): number;
  /** if_nametoindex(3). @returns 0 when there is none */
  interfaceIndex(name: string): number;
  /** if_indextoname(3). */
  interfaceName(index: number): string | undefined;
}

/** @throws Error where there is no C library with these functions */
export function loadLibSystem(): LibSystem {
  const library = koffi.load(null);
  const ioctl = library.func('int ioctl(int fd, unsigned long request, ...)');
  const fcntl = library.func('int fcntl(int fd, int command, ...)');
  const pipe = library.func('int pipe(void *ends)');
  const dup2 = library.func('int dup2(int from, int to)');
  const nameOf = library.func('void *if_indextoname(uint32_t index, void *name)');
  const closeInPrograms = (fd: number): number => fcntl(fd, F_SETFD, 'int', FD_CLOEXEC);
  const makeOurs = (fd: number): number => {
    const flags = fcntl(fd, F_GETFL, 'int', 0);
    return flags < 0 || fcntl(fd, F_SETFL, 'int', flags | O_NONBLOCK) < 0 ? -1 : closeInPrograms(fd);
  };
  const shared = sharedCalls(library);
  return {
    ...shared,
    pipe(ends) {
      if (pipe(ends) < 0) return -1;
      if (ends.every((end) => makeOurs(end) >= 0)) return 0;
      for (const end of ends) shared.close(end);
      return -1;
    },
    // A duplicate has the status of its original, which is non-blocking, but not its FD_CLOEXEC.
    replace: (from, to) => (dup2(from, to) < 0 ? -1 : closeInPrograms(to)),
    makeOurs,
    ioctl: (fd, request, argument) => ioctl(fd, request, 'void *', argument),
    connect: library.func('int connect(int fd, const void *address, uint32_t length)'),
    getOption: library.func('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    setOption: library.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)'),
    sysctl: lateSysctl(library),
    interfaceIndex: library.func('uint32_t if_nametoindex(const char *name)'),
    interfaceName(index) {
      const name = Buffer.alloc(IFNAMSIZ);
      return nameOf(index, name) === null ? undefined : name.toString('latin1', 0, name.indexOf(0));
    },
  };
}

/** Declared when it is called: the C library of Linux, on which the rest is tested, has no such function. */
function lateSysctl(library: LibraryHandle): LibSystem['sysctl'] {
  let call: ((...words: unknown[]) => number) | undefined;
  return (name, count, value, length) => {
    call ??= library.func(
      'int sysctl(const void *name, uint32_t count, void *value, void *length, void *newValue, size_t newLength)',
    ) as (...words: unknown[]) => number;
    return call(name, count, value, length, null, 0);
  };
}
