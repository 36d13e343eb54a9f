/**
 * The few functions of the C library that the TUN binding and the network's events call, and nothing above
 * them: no policy, no errors of the catalogue. Synchronous: each is a system call that does not block on these descriptors.
 */
import koffi from 'koffi';
import { type DescriptorCalls, sharedCalls } from '../unix/descriptor-calls.ts';
import { O_CLOEXEC, O_NONBLOCK } from './constants.ts';

export interface Libc extends DescriptorCalls {
  open(path: string, flags: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  ioctlValue(fd: number, request: number, argument: number): number;
}

/** @throws Error when this process has no C library that koffi can call (never on glibc or musl) */
export function loadLibc(): Libc {
  const library = koffi.load(null);
  const pipe2 = library.func('int pipe2(void *ends, int flags)');
  const dup3 = library.func('int dup3(int from, int to, int flags)');
  return {
    ...sharedCalls(library),
    pipe: (ends) => pipe2(ends, O_NONBLOCK | O_CLOEXEC),
    replace: (from, to) => dup3(from, to, O_CLOEXEC),
    open: library.func('int open(const char *path, int flags)'),
    bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
    ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
    ioctlValue: library.func('int ioctl(int fd, unsigned long request, long argument)'),
  };
}
