/**
 * The kernel's side of a utun, for tests on Linux: a pair of sockets that keeps packets apart stands for the control
 * socket. What the binding calls is the C library's own, but for the four calls by which a utun is made; so
 * reading, writing, the event loop and the calls with dots are real, and macOS itself is not.
 */
import koffi from 'koffi';
import { loadLibc } from '../linux/libc.ts';
import { readDescriptor } from '../unix/descriptor-reader.ts';
import { AF, REQUEST, UTUN_OPT_IFNAME } from './constants.ts';
import { type LibSystem, loadLibSystem } from './libsystem.ts';

/** Linux: AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC. */
const [AF_UNIX, SEQPACKET] = [1, 5 | 0o4000 | 0o2000000] as const;
const CONTROL_ID = 261;
const RETRY_MS = 1;

export interface TestKernel extends Disposable {
  /** With which the adapter is opened. */
  readonly calls: LibSystem;
  /** Requests of ioctl and the units that were connected to, in order. */
  readonly asked: { readonly request: number; readonly argument: Uint8Array }[];
  readonly connected: Uint8Array[];
  /** What the adapter wrote, with its family. */
  onPacket: (framed: Uint8Array) => void;
  /** The computer sends a packet into the interface. */
  send(framed: Uint8Array): void;
  removeInterface(): void;
}

/** @param errnos of calls that are refused */
export function startTestKernel(errnos: { readonly socket?: number; readonly connect?: number } = {}): TestKernel {
  const real = loadLibSystem();
  const library = koffi.load(null);
  const ends = new Int32Array(2);
  library.func('int socketpair(int domain, int type, int protocol, void *ends)')(AF_UNIX, SEQPACKET, 0, ends);
  const [ours, theirs] = ends as unknown as readonly [number, number];
  const waiting: Uint8Array[] = [];
  let [open, errno] = [true, 0];
  const refuse = (why: number) => {
    errno = why;
    return -1;
  };
  const kernel: TestKernel = {
    asked: [],
    connected: [],
    onPacket: () => undefined,
    calls: {
      ...real,
      errno: () => errno || real.errno(),
      socket: (domain, type, protocol) => {
        if (errnos.socket !== undefined) return refuse(errnos.socket);
        return domain === AF.SYSTEM ? theirs : real.socket(domain, type, protocol);
      },
      connect: (_fd, address) => {
        if (errnos.connect !== undefined) return refuse(errnos.connect);
        kernel.connected.push(new Uint8Array(address));
        return 0;
      },
      ioctl: (_fd, request, argument) => {
        kernel.asked.push({ request, argument: new Uint8Array(argument) });
        if (request === REQUEST.CTLIOCGINFO) new DataView(argument.buffer).setUint32(0, CONTROL_ID, true);
        return 0;
      },
      getOption: (_fd, _level, option, value, length) => {
        if (option !== UTUN_OPT_IFNAME) return -1;
        value.set(new TextEncoder().encode('utun5\0'));
        length[0] = 6;
        return 0;
      },
      setOption: () => 0,
    },
    send(framed) {
      waiting.push(framed);
      flush();
    },
    removeInterface,
    [Symbol.dispose]: removeInterface,
  };
  const buffer = new Uint8Array(70_000);
  const reading = readDescriptor(loadLibc(), ours, buffer, {
    onRead: (length) => kernel.onPacket(new Uint8Array(buffer.subarray(0, length))),
    onFailure: () => undefined,
  });
  return kernel;

  function flush(): void {
    while (open && waiting.length > 0) {
      const [first] = waiting as [Uint8Array];
      // Full: as in a kernel, the interface's queue holds what the socket does not.
      if (real.write(ours, first, first.length) < 0) return void setTimeout(flush, RETRY_MS).unref();
      waiting.shift();
    }
  }

  function removeInterface(): void {
    if (!open) return;
    open = false;
    reading[Symbol.dispose]();
    real.close(ours);
  }
}
