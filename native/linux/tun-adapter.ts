/**
 * The adapter on a Linux TUN interface: what the kernel can take whole is given to it whole.
 */
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket } from '../adapter.ts';
import { GSO, gsoTypeOf, isOrdinary } from '../offload-header.ts';
import { DescriptorAdapter } from '../unix/descriptor-adapter.ts';
import { describeErrno } from '../unix/descriptor-calls.ts';
import { EBADFD } from './constants.ts';
import { type Libc, loadLibc } from './libc.ts';
import { openTunDevice, type TunDevice } from './tun-device.ts';

export interface TunOptions {
  /** 1 to 15 bytes, without `/` and white space. No interface may have it yet. */
  readonly name: string;
  /** Bytes, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. */
  readonly mtu?: number;
}

/**
 * Makes the interface. It is down and without addresses: whoever owns routes brings it up.
 * @param libc for tests: a C library that refuses something
 * @throws CausewayError TUN_MISSING, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openTun({ name, mtu = LIMITS.ADAPTER_MTU_BYTES.value }: TunOptions, libc: Libc = loadLibc()): Adapter {
  const device = openTunDevice(libc, { name, mtu, queuePackets: LIMITS.ADAPTER_QUEUE_PACKETS.value });
  return new TunAdapter(libc, device, mtu);
}

class TunAdapter extends DescriptorAdapter<Libc> {
  readonly #headers: boolean;

  constructor(libc: Libc, device: TunDevice, mtu: number) {
    super(libc, { ...device, mtu, lead: device.headers ? OFFLOAD_HEADER_BYTES : 0 });
    this.#headers = device.headers;
  }

  protected override passesOn(packet: AdapterPacket): boolean {
    if (!this.#headers) return isOrdinary(packet);
    const type = gsoTypeOf(packet);
    if (type === GSO.TCP_IPV4 || type === GSO.TCP_IPV6) return this.offload.tcp;
    return type === GSO.NONE || (type === GSO.UDP && this.offload.udp);
  }

  protected writeOne(packet: AdapterPacket): boolean {
    const bytes = this.#headers ? packet : packet.subarray(OFFLOAD_HEADER_BYTES);
    if (this.calls.write(this.fd, bytes, bytes.length) === bytes.length) return true;
    // EINVAL and EMSGSIZE: malformed; EAGAIN and ENOBUFS: no memory; EIO: the interface is down.
    if (this.calls.errno() === EBADFD) this.fail(describeErrno(EBADFD));
    return false;
  }
}
