/**
 * Makes a TUN interface and agrees with the kernel on offloads: as many as it grants, down to none. What
 * travels through the descriptor afterwards is tun-adapter.ts's; addresses and routes are agent/os's.
 */
import { constants } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import * as linux from './constants.ts';
import type { Libc } from './libc.ts';

const { EACCES, EBUSY, EINVAL, ENODEV, ENOENT, ENXIO, EPERM } = constants.errno;
const DEVICE = '/dev/net/tun';
/** What makes do without root. */
const CAPABILITY = 'give the agent CAP_NET_ADMIN';

export interface TunDevice {
  /** Non-blocking, close-on-exec, the owner's to close; closing it removes the interface. */
  readonly fd: number;
  readonly name: string;
  /** Whether packets have an offload header before them on this descriptor. */
  readonly headers: boolean;
  readonly offload: { readonly tcp: boolean; readonly udp: boolean };
}

export interface TunDeviceOptions {
  /** 1 to 15 bytes, without `/` and white space. */
  readonly name: string;
  /** Bytes; at least 1,280 if IPv6 is to work on it (RFC 8200 §5), at most 65,535. */
  readonly mtu: number;
  /** Packets that the kernel holds for a reader that is slower than they come. */
  readonly queuePackets: number;
}

/** Best first. The kernel grants a set whole or not at all (EINVAL). */
const OFFLOAD_STEPS = [
  {
    bits:
      linux.TUN_F_CSUM |
      linux.TUN_F_TSO4 |
      linux.TUN_F_TSO6 |
      linux.TUN_F_TSO_ECN |
      linux.TUN_F_USO4 |
      linux.TUN_F_USO6,
    offload: { tcp: true, udp: true },
  },
  {
    bits: linux.TUN_F_CSUM | linux.TUN_F_TSO4 | linux.TUN_F_TSO6 | linux.TUN_F_TSO_ECN,
    offload: { tcp: true, udp: false },
  },
  { bits: linux.TUN_F_CSUM, offload: { tcp: false, udp: false } },
  { bits: 0, offload: { tcp: false, udp: false } },
] as const;

/**
 * @throws CausewayError TUN_MISSING, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openTunDevice(libc: Libc, options: TunDeviceOptions): TunDevice {
  const { name } = options;
  if (!/^[^\s/]+$/.test(name) || Buffer.byteLength(name) >= linux.IFNAMSIZ) {
    throw new CausewayError('ADAPTER_FAILED', { cause: `"${name}" can not be the name of an interface` });
  }
  const fd = libc.open(DEVICE, linux.O_RDWR | linux.O_NONBLOCK | linux.O_CLOEXEC);
  if (fd < 0) throw openRefusal(libc.errno());
  try {
    const headers = createInterface(libc, fd, name);
    const offload = headers ? negotiateOffload(libc, fd) : { tcp: false, udp: false };
    configure(libc, options);
    return { fd, name, headers, offload };
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

function openRefusal(errno: number): CausewayError {
  if (errno === ENOENT || errno === ENODEV || errno === ENXIO) return new CausewayError('TUN_MISSING');
  if (errno === EPERM || errno === EACCES)
    return new CausewayError('PRIVILEGE_MISSING', { action: `open ${DEVICE}`, otherwise: CAPABILITY });
  return new CausewayError('ADAPTER_FAILED', { cause: `${DEVICE}: ${describeErrno(errno)}` });
}

/** @returns whether packets will have an offload header */
function createInterface(libc: Libc, fd: number, name: string): boolean {
  const flags = linux.IFF_TUN | linux.IFF_NO_PI | linux.IFF_TUN_EXCL;
  if (libc.ioctl(fd, linux.TUNSETIFF, interfaceRequest(name, flags | linux.IFF_VNET_HDR)) === 0) return true;
  // Kernels and sandboxes that know no IFF_VNET_HDR say EINVAL, as they do for everything they do not know.
  if (libc.errno() === EINVAL && libc.ioctl(fd, linux.TUNSETIFF, interfaceRequest(name, flags)) === 0) return false;
  const errno = libc.errno();
  if (errno === EBUSY) throw new CausewayError('ADAPTER_NAME_TAKEN', { name });
  if (errno === EPERM || errno === EACCES) {
    throw new CausewayError('PRIVILEGE_MISSING', { action: 'make a network interface', otherwise: CAPABILITY });
  }
  throw new CausewayError('ADAPTER_FAILED', { cause: `TUNSETIFF: ${describeErrno(errno)}` });
}

function negotiateOffload(libc: Libc, fd: number): TunDevice['offload'] {
  const size = Uint8Array.of(OFFLOAD_HEADER_BYTES, 0, 0, 0);
  if (libc.ioctl(fd, linux.TUNSETVNETHDRSZ, size) < 0) {
    throw new CausewayError('ADAPTER_FAILED', { cause: `TUNSETVNETHDRSZ: ${describeErrno(libc.errno())}` });
  }
  const granted = OFFLOAD_STEPS.find((step) => libc.ioctlValue(fd, linux.TUNSETOFFLOAD, step.bits) === 0);
  return granted?.offload ?? { tcp: false, udp: false };
}

function configure(libc: Libc, { name, mtu, queuePackets }: TunDeviceOptions): void {
  const socket = libc.socket(linux.AF_INET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
  if (socket < 0) throw new CausewayError('ADAPTER_FAILED', { cause: `socket: ${describeErrno(libc.errno())}` });
  try {
    for (const [request, value, what] of [
      [linux.SIOCSIFMTU, mtu, 'MTU'],
      [linux.SIOCSIFTXQLEN, queuePackets, 'queue length'],
    ] as const) {
      if (libc.ioctl(socket, request, interfaceRequest(name, value)) === 0) continue;
      // Without root outside, in a user namespace, the queue stays the driver's own, which is as long.
      if (request === linux.SIOCSIFTXQLEN && libc.errno() === EPERM) continue;
      throw new CausewayError('ADAPTER_FAILED', { cause: `${what} ${value}: ${describeErrno(libc.errno())}` });
    }
  } finally {
    libc.close(socket);
  }
}

/** struct ifreq with a number in its union; the 16-bit ifr_flags and the 32-bit ifr_mtu and ifr_qlen all begin there. */
function interfaceRequest(name: string, value: number): Uint8Array {
  const request = new Uint8Array(linux.IFREQ_BYTES);
  new TextEncoder().encodeInto(name, request);
  new DataView(request.buffer).setInt32(linux.IFREQ_VALUE_AT, value, true);
  return request;
}
