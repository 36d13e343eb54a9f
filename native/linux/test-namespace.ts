/**
 * For tests: puts the calling thread, and the child processes it starts from then on, into an empty network
 * namespace of its own, and raw UDP sends from inside it. Sockets made before stay where they were.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import koffi from 'koffi';
import { O_CLOEXEC } from './constants.ts';
import { describeErrno } from './libc.ts';

/** linux/sched.h */
const CLONE_NEWNET = 0x40000000;
/** The thread's, not the process's: namespaces belong to threads, and tests may run in a worker. */
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

export interface TestNamespace extends Disposable {
  /** Runs iproute2: `ip('link set lo up')`. */
  ip(command: string): void;
}

/** Why the tests that need an own namespace and a TUN can not run here; `undefined` when they can. */
export function whyNoTun(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, to make a network namespace';
  return existsSync('/dev/net/tun') ? undefined : 'needs /dev/net/tun';
}

/** Loopback is up; disposal brings the thread back to where it was. */
export function enterTestNamespace(): TestNamespace {
  const library = koffi.load(null);
  const open = library.func('int open(const char *path, int flags)');
  const close = library.func('int close(int fd)');
  const setns = library.func('int setns(int fd, int type)');
  const unshare = library.func('int unshare(int flags)');
  const check = (result: number): number => {
    if (result < 0) throw new Error(describeErrno(koffi.errno()));
    return result;
  };
  const before = check(open(OWN_NAMESPACE, O_CLOEXEC));
  check(unshare(CLONE_NEWNET));
  const ip = (command: string) => void execFileSync('ip', command.split(' '));
  ip('link set lo up');
  return {
    ip,
    [Symbol.dispose]: () => {
      check(setns(before, CLONE_NEWNET));
      close(before);
    },
  };
}
