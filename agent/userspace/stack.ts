/**
 * A machine's IP stack in this process, sans-IO: adapter packets, calls and the time in; adapter packets and events
 * out. TCP and UDP over IPv4 and IPv6, by lwIP. Knows no sockets of the system and no timers: whoever holds it feeds
 * it, calls {@link Stack.settle} afterwards, and {@link Stack.tick} when it is due.
 */
import { type Handle, Lwip } from '#native/lwip/instance.ts';
import { formatIpv6, isIpv6, parseIpv4, parseIpv6 } from '#protocol/addresses.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import { PacketArena } from './packet-arena.ts';
import { type Remote, TcpConnection } from './tcp-connection.ts';
import { type DatagramHandler, UdpSocket } from './udp-socket.ts';
import { type Unreachable, unreachableIn } from './unreachable.ts';

export interface StackOptions {
  readonly ipv4: string;
  readonly ipv6: string;
  readonly mtu: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** 32 random bits. */
  readonly random: () => number;
  /** The stack has come to its end by a fault of its own, and takes part in nothing any more. */
  readonly onBroken: (error: unknown) => void;
  /** Something waits to be told or sent: {@link Stack.settle} is to be called soon. */
  readonly onWork: () => void;
}

/** Somebody came to a port. */
export type AcceptHandler = (connection: TcpConnection) => void;

/** 100.64.0.0/10 (RFC 6598). */
const IPV4_MASK = Uint8Array.of(255, 192, 0, 0);

export class Stack {
  readonly #lwip: Lwip;
  readonly #output = new PacketArena(LIMITS.USERSPACE_OUTPUT_MAX_BYTES.value);
  readonly #connections = new Map<number, TcpConnection>();
  readonly #listeners = new Map<number, AcceptHandler>();
  readonly #sockets = new Map<number, UdpSocket>();
  /** Told by {@link settle}. What happened inside of a call and is to be told after it. */
  readonly #events: (() => void)[] = [];
  readonly #onWork: () => void;
  #lastId = 0;
  #large = 0;

  constructor(options: StackOptions) {
    this.#onWork = options.onWork;
    this.#lwip = new Lwip({
      now: options.now,
      random: options.random,
      window: (id) => this.#connections.get(id)?.window ?? 0,
      output: (packet) => {
        options.onWork();
        return this.#output.add(packet);
      },
      connected: (id) => this.#later(id, (connection) => connection.onConnected()),
      accept: (listener, handle, address, port) => this.#accept(listener, handle, addressText(address), port),
      received: (id, bytes) => {
        const copy = Buffer.from(bytes);
        this.#later(id, (connection) => connection.onReceived(copy));
      },
      ended: (id) => this.#later(id, (connection) => connection.onEnded()),
      acknowledged: (id, length) => this.#later(id, (connection) => connection.onAcknowledged(length)),
      failed: (id, reason) => this.#later(id, (connection) => connection.onFailed(reason)),
      broken: options.onBroken,
      datagram: (id, bytes, address, port) => {
        const [copy, from] = [Buffer.from(bytes), addressText(address)];
        this.#note(() => this.#sockets.get(id)?.onDatagram(copy, from, port));
      },
    });
    this.#lwip.give(parseIpv4(options.ipv4), 0);
    this.#lwip.give(IPV4_MASK, 4);
    this.#lwip.give(parseIpv6(options.ipv6), 8);
    this.#lwip.calls.start(options.mtu);
  }

  /** TCP connections that there are, those that are being made included. */
  get connections(): number {
    return this.#connections.size;
  }

  /**
   * An adapter packet comes in; a TCP super-packet whole, UDP cut to datagrams before. Its checksums are not
   * looked at: the tunnel has authenticated it.
   * @returns false when there is no memory for it
   */
  input(packet: Uint8Array): boolean {
    const unreachable = unreachableIn(packet, OFFLOAD_HEADER_BYTES);
    if (unreachable !== undefined) this.#unreachable(unreachable);
    return this.#lwip.input(packet.subarray(OFFLOAD_HEADER_BYTES));
  }

  /**
   * Tells what has happened, and hands over what is to be sent until there is nothing more. Packets are views that die
   * with the call.
   */
  settle(send: (packets: readonly Uint8Array[]) => void): void {
    for (let goesOn = true; goesOn; ) {
      for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) event();
      const packets = this.#output.take();
      goesOn = packets.length > 0;
      if (goesOn) send(packets);
      if (this.#output.wasFull()) this.#lwip.calls.resume();
    }
  }

  /** What the clock makes due. */
  tick(): void {
    this.#lwip.calls.tick();
    for (const connection of this.#connections.values()) connection.tryAgain();
  }

  /** Milliseconds until {@link tick} has something to do. */
  nextTick(): number {
    return this.#lwip.calls.next_tick() >>> 0;
  }

  /** @returns undefined when there are too many connections already, or no memory */
  connect(address: string, port: number): TcpConnection | undefined {
    if (this.#connections.size >= LIMITS.USERSPACE_CONNECTIONS_MAX.value) return undefined;
    const id = this.#nextId();
    const bytes = addressBytes(address);
    this.#lwip.give(bytes);
    const handle = this.#lwip.calls.tcp_open(id, isIpv6(address) ? 6 : 4, port);
    return handle === 0 ? undefined : this.#add(id, handle, { address: addressText(bytes), port }, false);
  }

  /**
   * Takes connections to a port of this machine, on both of its addresses.
   * @returns undefined when the port is taken
   */
  serve(port: number, onConnection: AcceptHandler): Disposable | undefined {
    const id = this.#nextId();
    const listener = this.#lwip.calls.tcp_serve(id, port);
    if (listener === 0) return undefined;
    this.#listeners.set(id, onConnection);
    return {
      [Symbol.dispose]: () => {
        if (this.#listeners.delete(id)) this.#lwip.calls.tcp_unserve(listener);
      },
    };
  }

  /** @param port 0 for any @returns undefined when the port is taken */
  openUdp(port: number, onDatagram: DatagramHandler): UdpSocket | undefined {
    const id = this.#nextId();
    const handle = this.#lwip.calls.udp_open(id, port);
    if (handle === 0) return undefined;
    const socket = new UdpSocket(this.#lwip, handle, onDatagram, () => this.#sockets.delete(id));
    this.#sockets.set(id, socket);
    return socket;
  }

  /** The end: every connection fails. */
  abandon(): void {
    for (const connection of [...this.#connections.values()]) connection.abandon();
  }

  #accept(listener: number, handle: Handle, address: string, port: number): number {
    const onConnection = this.#listeners.get(listener);
    if (onConnection === undefined || this.#connections.size >= LIMITS.USERSPACE_CONNECTIONS_MAX.value) return 0;
    const id = this.#nextId();
    const connection = this.#add(id, handle, { address, port }, true);
    this.#note(() => {
      onConnection(connection);
    });
    return id;
  }

  #add(id: number, handle: Handle, remote: Remote, isConnected: boolean): TcpConnection {
    const isLarge = this.#large < LIMITS.USERSPACE_LARGE_WINDOWS.value;
    if (isLarge) this.#large++;
    const window = isLarge ? LIMITS.USERSPACE_WINDOW_BYTES.value : LIMITS.USERSPACE_SMALL_WINDOW_BYTES.value;
    const connection = new TcpConnection({
      lwip: this.#lwip,
      handle,
      remote,
      window,
      isConnected,
      onGone: () => {
        this.#connections.delete(id);
        if (isLarge) this.#large--;
      },
    });
    this.#connections.set(id, connection);
    return connection;
  }

  /** Who is still waiting for an answer has it; what runs goes on (RFC 1122 §4.2.3.9). */
  #unreachable({ protocol, address, port, why }: Unreachable): void {
    this.#note(() => {
      if (protocol === 'udp') for (const socket of this.#sockets.values()) socket.onUnreachable(address, port);
      else for (const connection of this.#connections.values()) connection.onUnreachable(address, port, why);
    });
  }

  #later(id: number, act: (connection: TcpConnection) => void): void {
    this.#note(() => {
      const connection = this.#connections.get(id);
      if (connection !== undefined) act(connection);
    });
  }

  #note(event: () => void): void {
    this.#events.push(event);
    this.#onWork();
  }

  #nextId(): number {
    this.#lastId = (this.#lastId % 0x7fff_fffe) + 1;
    return this.#lastId;
  }
}

function addressBytes(address: string): Uint8Array {
  return isIpv6(address) ? parseIpv6(address) : parseIpv4(address);
}

function addressText(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : formatIpv6(bytes);
}
