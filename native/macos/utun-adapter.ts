/**
 * The adapter on a utun interface (net/if_utun.h): a control socket of the kernel that carries a packet a read,
 * behind four bytes of address family in network byte order. It knows no offloads: super-packets are cut here.
 */
import { constants } from 'node:os';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket } from '../adapter.ts';
import { DescriptorAdapter } from '../unix/descriptor-adapter.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import {
  AF,
  BYTES,
  IFNAMSIZ,
  REQUEST,
  SOCK,
  SYSPROTO_CONTROL,
  UTUN_OPT_IFNAME,
  UTUN_OPT_MAX_PENDING_PACKETS,
} from './constants.ts';
import { type LibSystem, loadLibSystem } from './libsystem.ts';
import { controlAddress, controlId, controlInfo, setMtu } from './requests.ts';
import { isToItself } from './to-itself.ts';

const { EACCES, EBUSY, EPERM } = constants.errno;
const FAMILY_BYTES = 4;
/** Any that is free, or that of the number. */
const NAME = /^utun(\d{0,4})$/;

export interface UtunOptions {
  /** `utun5`, or `utun` for the next that is free: macOS takes no other names. */
  readonly name: string;
  /** Bytes, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
}

/**
 * Makes the interface: up, and without addresses. It ends with this process, however that ends.
 * @param calls for tests: a C library that is not that of macOS
 * @throws CausewayError PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openUtun(
  { name, mtu = LIMITS.ADAPTER_MTU_BYTES.value }: UtunOptions,
  calls: LibSystem = loadLibSystem(),
): Adapter {
  const number = NAME.exec(name)?.[1];
  if (number === undefined) {
    throw new CausewayError('ADAPTER_FAILED', {
      cause: `"${name}" can not be the name of an interface: utun or utun5 can`,
    });
  }
  const fd = calls.socket(AF.SYSTEM, SOCK.DGRAM, SYSPROTO_CONTROL);
  if (fd < 0) throw failure('its socket', calls);
  try {
    connect(calls, fd, name, number === '' ? 0 : Number(number) + 1);
    if (calls.makeOurs(fd) < 0) throw failure('its socket', calls);
    // Without it the kernel holds one packet for us, and the others in the interface. If it refuses, that is slow, and works.
    calls.setOption(fd, SYSPROTO_CONTROL, UTUN_OPT_MAX_PENDING_PACKETS, pendingPackets(), FAMILY_BYTES);
    const actual = nameOf(calls, fd);
    configureMtu(calls, actual, mtu);
    return new UtunAdapter(calls, { fd, name: actual, mtu, offload: { tcp: false, udp: false }, lead: FAMILY_BYTES });
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

class UtunAdapter extends DescriptorAdapter<LibSystem> {
  /** Where what is written gets its family in front: a packet is only read by us. */
  readonly #outgoing = new Uint8Array(FAMILY_BYTES + LIMITS.PACKET_MAX_BYTES.value);

  protected override handOver(): void {
    // The kernel sends what is for our own IPv4 address into a point-to-point interface, and not back by itself.
    let kept = 0;
    for (const packet of this.batch) {
      if (isToItself(packet)) this.writeOne(packet);
      else this.batch[kept++] = packet;
    }
    this.batch.length = kept;
    super.handOver();
  }

  protected writeOne(packet: AdapterPacket): boolean {
    const version = (packet[OFFLOAD_HEADER_BYTES] as number) >> 4;
    const length = packet.length - OFFLOAD_HEADER_BYTES;
    if ((version !== 4 && version !== 6) || length > LIMITS.PACKET_MAX_BYTES.value) return false;
    this.#outgoing[FAMILY_BYTES - 1] = version === 4 ? AF.INET : AF.INET6;
    this.#outgoing.set(packet.subarray(OFFLOAD_HEADER_BYTES), FAMILY_BYTES);
    // ENOBUFS, EAGAIN: no memory; EINVAL: malformed. A socket whose interface is gone is told by reading.
    return this.calls.write(this.fd, this.#outgoing, FAMILY_BYTES + length) === FAMILY_BYTES + length;
  }
}

function connect(calls: LibSystem, fd: number, name: string, unit: number): void {
  const info = controlInfo();
  if (calls.ioctl(fd, REQUEST.CTLIOCGINFO, info) < 0) throw failure('its control (CTLIOCGINFO)', calls);
  const address = controlAddress(controlId(info), unit);
  if (calls.connect(fd, address, BYTES.SOCKADDR_CTL) === 0) return;
  const errno = calls.errno();
  if (errno === EPERM || errno === EACCES) {
    throw new CausewayError('PRIVILEGE_MISSING', {
      action: 'make a network interface',
      otherwise: 'let launchd run the agent',
    });
  }
  if (errno === EBUSY) throw new CausewayError('ADAPTER_NAME_TAKEN', { name });
  throw failure('the interface', calls);
}

function nameOf(calls: LibSystem, fd: number): string {
  const name = Buffer.alloc(IFNAMSIZ);
  const length = Uint32Array.of(IFNAMSIZ);
  if (calls.getOption(fd, SYSPROTO_CONTROL, UTUN_OPT_IFNAME, name, length) < 0) throw failure('its name', calls);
  return name.toString('latin1', 0, name.indexOf(0));
}

function configureMtu(calls: LibSystem, name: string, mtu: number): void {
  const socket = calls.socket(AF.INET, SOCK.DGRAM, 0);
  if (socket < 0) throw failure('a socket for its MTU', calls);
  try {
    const { request, argument } = setMtu(name, mtu);
    if (calls.ioctl(socket, request, argument) < 0) throw failure(`its MTU of ${mtu}`, calls);
  } finally {
    calls.close(socket);
  }
}

function pendingPackets(): Uint8Array {
  return new Uint8Array(Uint32Array.of(LIMITS.ADAPTER_BATCH_MAX_PACKETS.value).buffer);
}

function failure(what: string, calls: LibSystem): CausewayError {
  return new CausewayError('ADAPTER_FAILED', { cause: `${what} could not be had: ${describeErrno(calls.errno())}` });
}
