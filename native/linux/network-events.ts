/**
 * Tells when the kernel has changed an interface, an address or a route, by a netlink socket (rtnetlink(7))
 * that the event loop polls: within milliseconds, and at no cost while nothing changes. Says nothing of
 * what changed: look.
 */
import { CausewayError } from '#protocol/errors.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import { readDescriptor } from '../unix/descriptor-reader.ts';
import { AF_NETLINK, NETLINK_ROUTE, RTMGRP, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW } from './constants.ts';
import { type Libc, loadLibc } from './libc.ts';

/** A notice has under 2 KiB; what does not fit is cut off by the kernel, and nobody reads it. */
const BUFFER_BYTES = 8_192;
/** struct sockaddr_nl: family(2) padding(2) port(4), 0 for "choose one"; groups(4); in the machine's byte order. */
const ADDRESS_BYTES = 12;

export interface NetworkEvents {
  /** Something may have changed; several times for one change. */
  onEvent(): void;
  /** Nothing more will be told: the kernel had more to tell than the socket holds, for instance. Called once. */
  onFailure(cause: string): void;
}

/** @throws CausewayError ADAPTER_FAILED where there is no such socket to be had */
export function watchNetwork(events: NetworkEvents, libc: Libc = loadLibc()): Disposable {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) throw new CausewayError('ADAPTER_FAILED', { cause: describeErrno(libc.errno()) });
  try {
    if (libc.bind(fd, netlinkAddress(), ADDRESS_BYTES) < 0) {
      throw new CausewayError('ADAPTER_FAILED', { cause: describeErrno(libc.errno()) });
    }
    return readDescriptor(libc, fd, new Uint8Array(BUFFER_BYTES), {
      onRead: () => events.onEvent(),
      onFailure: (cause) => events.onFailure(cause),
    });
  } finally {
    // The reader has a duplicate.
    libc.close(fd);
  }
}

function netlinkAddress(): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES);
  new Uint16Array(address.buffer)[0] = AF_NETLINK;
  new Uint32Array(address.buffer)[2] =
    RTMGRP.LINK | RTMGRP.IPV4_IFADDR | RTMGRP.IPV4_ROUTE | RTMGRP.IPV6_IFADDR | RTMGRP.IPV6_ROUTE;
  return address;
}
