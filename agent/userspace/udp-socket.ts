/** One UDP socket of the stack, on both of the machine's addresses. */
import { EXCHANGE_BYTES, type Handle, type Lwip } from '#native/lwip/instance.ts';
import { isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';

/** A datagram came; the array is the handler's. */
export type DatagramHandler = (bytes: Buffer, from: string, port: number) => void;

/** The address stands before the datagram in what is given to the stack. */
const ADDRESS_BYTES = 16;
/** Less IPv6's and UDP's headers, of what an IP packet can hold. */
const DATAGRAM_MAX_BYTES = EXCHANGE_BYTES - 48;

export class UdpSocket implements Disposable {
  /** Nobody listens at a port that this socket has sent to. */
  onRefused: ((address: string, port: number) => void) | undefined;
  readonly #lwip: Lwip;
  readonly #onDatagram: DatagramHandler;
  readonly #onGone: () => void;
  #handle: Handle;

  constructor(lwip: Lwip, handle: Handle, onDatagram: DatagramHandler, onGone: () => void) {
    this.#lwip = lwip;
    this.#handle = handle;
    this.#onDatagram = onDatagram;
    this.#onGone = onGone;
  }

  /** @returns false when it was not sent: too large, or no memory */
  send(bytes: Uint8Array, address: string, port: number): boolean {
    if (this.#handle === 0 || bytes.length > DATAGRAM_MAX_BYTES) return false;
    const isV6 = isIpv6(address);
    this.#lwip.give(isV6 ? parseIpv6(address) : parseIpv4(address));
    this.#lwip.give(bytes, ADDRESS_BYTES);
    return this.#lwip.calls.udp_put(this.#handle, bytes.length, isV6 ? 6 : 4, port) !== 0;
  }

  onDatagram(bytes: Buffer, from: string, port: number): void {
    this.#onDatagram(bytes, from, port);
  }

  onUnreachable(address: string, port: number): void {
    this.onRefused?.(address, port);
  }

  [Symbol.dispose](): void {
    if (this.#handle === 0) return;
    this.#lwip.calls.udp_close(this.#handle);
    this.#handle = 0;
    this.#onGone();
  }
}
