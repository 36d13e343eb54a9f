/**
 * The adapter on Wintun: batches in, single packets out. A packet is copied out of the ring, and its place
 * in it given back, before anybody sees it; so nothing that is handed on points into memory of the driver's.
 * Wintun knows no offloads: super-packets are cut here (native/offload.ts).
 */
import { dirname, join } from 'node:path';
import { CausewayError } from '#protocol/errors.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';
import type { Adapter, AdapterPacket } from '../adapter.ts';
import { SystemAdapter } from '../system-adapter.ts';
import { adapterGuid, guidBytes } from './adapter-guid.ts';
import { aliasOf, type Luid } from './ip-helper.ts';
import { type Handle, type Kernel, loadKernel } from './kernel.ts';
import { watchEvent } from './wait-handle.ts';
import { describeWindowsError, ERROR } from './windows-errors.ts';
import { checkDriver, loadWintun, type Wintun } from './wintun-library.ts';

/** What Windows shows as the kind of the adapter. */
const TUNNEL_TYPE = 'Causeway';
/** ipifcons.h MAX_ADAPTER_NAME, with the zero at its end. */
const NAME_MAX = 127;

export interface WintunOptions {
  /** As Windows shows it among its network connections. */
  readonly name: string;
  /** Bytes, 1,280 to 65,535; LIMITS.ADAPTER_MTU_BYTES unless given. Set on the interface by whoever sets its addresses. */
  readonly mtu?: number;
  /** wintun.dll; beside the program that runs, unless given. */
  readonly library?: string;
  /** Bytes of each ring; LIMITS.WINTUN_RING_BYTES unless given. */
  readonly ringBytes?: number;
}

/**
 * Makes the adapter: without addresses and routes. One that an ended process left behind is gone with that process.
 * @throws CausewayError WINTUN_MISSING, WINTUN_UNUSABLE, PRIVILEGE_MISSING, ADAPTER_NAME_TAKEN, ADAPTER_FAILED
 */
export function openWintun(options: WintunOptions): Adapter {
  const { name, mtu = LIMITS.ADAPTER_MTU_BYTES.value, ringBytes = LIMITS.WINTUN_RING_BYTES.value } = options;
  if (name === '' || name.length > NAME_MAX || /[\0\\/:*?"<>|]/.test(name)) {
    throw new CausewayError('ADAPTER_FAILED', { cause: `"${name}" can not be the name of an interface` });
  }
  const kernel = loadKernel();
  const wintun = loadWintun(options.library ?? join(dirname(process.execPath), 'wintun.dll'));
  const adapter = wintun.createAdapter(name, TUNNEL_TYPE, guidBytes(adapterGuid(name)));
  if (adapter === 0) throw creationRefusal(kernel.lastError(), name);
  try {
    checkDriver(wintun);
    const session = wintun.startSession(adapter, ringBytes);
    if (session === 0) throw failure('its session', kernel.lastError());
    const luid = wintun.adapterLuid(adapter);
    return new WintunAdapter({ kernel, wintun, adapter, session, luid, name: aliasOf(luid), mtu });
  } catch (error) {
    wintun.closeAdapter(adapter);
    throw error;
  }
}

/** By which the IP Helper API knows it. @throws Error for another system's adapter */
export function luidOfAdapter(adapter: Adapter): Luid {
  if (adapter instanceof WintunAdapter) return adapter.luid;
  throw new Error('not an adapter of Wintun');
}

interface Opened {
  readonly kernel: Kernel;
  readonly wintun: Wintun;
  readonly adapter: Handle;
  readonly session: Handle;
  readonly luid: Luid;
  readonly name: string;
  readonly mtu: number;
}

class WintunAdapter extends SystemAdapter {
  readonly luid: Luid;
  readonly #kernel: Kernel;
  readonly #wintun: Wintun;
  readonly #adapter: Handle;
  readonly #session: Handle;
  /** One batch, each packet behind a header of zeros. */
  readonly #arena = new Uint8Array(
    LIMITS.ADAPTER_BATCH_MAX_BYTES.value + OFFLOAD_HEADER_BYTES + LIMITS.PACKET_MAX_BYTES.value,
  );
  readonly #arenaAddress: Handle;
  readonly #size = new Uint32Array(1);
  #watch: Disposable | undefined;

  constructor(opened: Opened) {
    super({ name: opened.name, mtu: opened.mtu, offload: { tcp: false, udp: false } });
    this.#kernel = opened.kernel;
    this.#wintun = opened.wintun;
    this.#adapter = opened.adapter;
    this.#session = opened.session;
    this.luid = opened.luid;
    this.#arenaAddress = opened.kernel.addressOf(this.#arena);
  }

  protected beginReading(): void {
    this.#watch = watchEvent(this.#kernel, this.#wintun.readWaitEvent(this.#session), () => this.#drain());
  }

  protected release(): void {
    this.#watch?.[Symbol.dispose]();
    this.#wintun.endSession(this.#session);
    this.#wintun.closeAdapter(this.#adapter);
  }

  /** Windows takes what is malformed, and loses it; the splitter says so. */
  protected override passesOn(): boolean {
    return false;
  }

  protected writeOne(packet: AdapterPacket): boolean {
    const version = (packet[OFFLOAD_HEADER_BYTES] as number) >> 4;
    // Windows would take it, and lose it.
    if (this.closed || (version !== 4 && version !== 6)) return false;
    const length = packet.length - OFFLOAD_HEADER_BYTES;
    const place = this.#wintun.allocateSendPacket(this.#session, length);
    if (place === 0) {
      const error = this.#kernel.lastError();
      // A full ring is no failure: what finds no room is dropped, and the sender's TCP notices.
      if (error !== ERROR.BUFFER_OVERFLOW && error !== ERROR.INVALID_PARAMETER) this.fail(describeWindowsError(error));
      return false;
    }
    this.#kernel.moveFrom(place, packet.subarray(OFFLOAD_HEADER_BYTES), length);
    this.#wintun.sendPacket(this.#session, place);
    return true;
  }

  /** Takes all that is ready, in batches, until the ring is empty or others must have their turn. */
  #drain(): void {
    let bytes = 0;
    while (!this.closed) {
      const error = this.#fill();
      for (const packet of this.batch) bytes += packet.length;
      this.handOver();
      if (error === ERROR.NO_MORE_ITEMS) return;
      if (error !== undefined) this.fail(describeWindowsError(error));
      else if (bytes >= LIMITS.ADAPTER_DRAIN_MAX_BYTES.value) {
        // The event tells of what comes, not of what is there.
        setImmediate(() => this.#drain());
        return;
      }
    }
  }

  /** Reads on until a batch is full. @returns the error that ended it, or undefined when there may be more */
  #fill(): number | undefined {
    const { value: end } = LIMITS.ADAPTER_BATCH_MAX_BYTES;
    for (let at = 0; at < end && this.batch.length < LIMITS.ADAPTER_BATCH_MAX_PACKETS.value; ) {
      const packet = this.#wintun.receivePacket(this.#session, this.#size);
      if (packet === 0) return this.#kernel.lastError();
      const length = this.#size[0] as number;
      const fits = length > 0 && length <= LIMITS.PACKET_MAX_BYTES.value;
      if (fits) this.#kernel.move(this.#arenaAddress + at + OFFLOAD_HEADER_BYTES, packet, length);
      this.#wintun.releaseReceivePacket(this.#session, packet);
      if (!fits) continue;
      const next = at + OFFLOAD_HEADER_BYTES + length;
      this.#arena.fill(0, at, at + OFFLOAD_HEADER_BYTES);
      this.batch.push(this.#arena.subarray(at, next));
      at = next;
    }
    return undefined;
  }
}

function creationRefusal(error: number, name: string): CausewayError {
  if (error === ERROR.ACCESS_DENIED) {
    return new CausewayError('PRIVILEGE_MISSING', {
      action: 'make a network interface',
      otherwise: 'let the service Causeway run the agent',
    });
  }
  if (error === ERROR.ALREADY_EXISTS || error === ERROR.OBJECT_ALREADY_EXISTS) {
    return new CausewayError('ADAPTER_NAME_TAKEN', { name });
  }
  return failure('the adapter', error);
}

function failure(what: string, error: number): CausewayError {
  return new CausewayError('ADAPTER_FAILED', { cause: `${what} could not be made: ${describeWindowsError(error)}` });
}
