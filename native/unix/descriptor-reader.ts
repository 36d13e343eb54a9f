/**
 * Event-driven reading of a character device through Node's own event loop, without a native addon and
 * without another thread. Must not know what is read.
 *
 * Node has no public way to poll a descriptor that is neither file, pipe, socket nor terminal. So a pipe is
 * made and its read end given to a net.Socket, and then the device is put in place of it (dup2) under the
 * same number, before libuv has added the number to its epoll set or kqueue. From then on libuv polls and reads the
 * device, into one buffer that is used again and again (`onread`). Proven on Node 22, 24 and 26; koffi's
 * undocumented uv_poll binding works too, at twice the CPU time a wake-up.
 *
 * libuv reads once a loop turn when a read does not fill the buffer, and epoll is level-triggered: what the
 * callback leaves in the device is announced again in the next turn.
 */
import { Socket } from 'node:net';
import { CausewayError } from '#protocol/errors.ts';
import { type DescriptorCalls, describeErrno } from './descriptor-calls.ts';

export interface DescriptorEvents {
  /** `length` bytes are at the start of the buffer. */
  onRead(length: number): void;
  /** Reading failed or ended, and why; called once, and not after disposal. The reader is then to be disposed of. */
  onFailure(cause: string): void;
}

/**
 * Reads from a duplicate of `fd`, which stays the caller's.
 * @param fd non-blocking
 * @param buffer larger than any one read, or libuv reads on over what was not yet looked at
 * @throws CausewayError ADAPTER_FAILED when the system has no more descriptors
 */
export function readDescriptor(
  calls: DescriptorCalls,
  fd: number,
  buffer: Uint8Array,
  events: DescriptorEvents,
): Disposable {
  const ends = new Int32Array(2);
  check(calls, calls.pipe(ends));
  const [readEnd, writeEnd] = ends as unknown as readonly [number, number];
  let ended = false;
  const fail = (cause: string) => {
    if (ended) return;
    ended = true;
    events.onFailure(cause);
  };
  const socket = new Socket({
    fd: readEnd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (length) => {
        if (!ended) events.onRead(length);
        return true;
      },
    },
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    fail(error.errno === undefined ? error.message : describeErrno(-error.errno));
  });
  socket.on('end', () => fail('end of file'));
  const replaced = calls.replace(fd, readEnd);
  const errno = calls.errno();
  calls.close(writeEnd);
  if (replaced < 0) {
    ended = true;
    socket.destroy();
    throw new CausewayError('ADAPTER_FAILED', { cause: describeErrno(errno) });
  }
  socket.resume();
  return {
    [Symbol.dispose]: () => {
      ended = true;
      socket.destroy();
    },
  };
}

function check(calls: DescriptorCalls, result: number): void {
  if (result < 0) throw new CausewayError('ADAPTER_FAILED', { cause: describeErrno(calls.errno()) });
}
