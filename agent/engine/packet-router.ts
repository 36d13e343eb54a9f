/**
 * From the adapter to the tunnel: finds the peer for each packet's destination and hands runs of packets
 * for one peer over together. A packet to an unknown overlay address waits, bounded, for the control
 * plane's answer; one that policy denies is answered with "administratively prohibited", so that programs
 * fail at once instead of hanging.
 */
import type { AdapterPacket, AdapterReader } from '#native/adapter.ts';
import { prohibitedReply } from '#native/packet-builders.ts';
import { type AddressKey, destinationKey } from '#native/packets.ts';
import { formatIpv6 } from '#protocol/addresses.ts';
import { isRefusal } from '#protocol/errors.ts';
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import { OFFLOAD_HEADER_BYTES } from '#protocol/tunnel-messages.ts';

export interface RouterOptions {
  /** Monotonic milliseconds, for bounding how long refusals are remembered. */
  readonly now: () => number;
  /** Sends packets to a peer; they are views that die with the call. */
  readonly send: (peer: MachineId, packets: readonly AdapterPacket[]) => void;
  /** Asks who has an address; resolves to the peer. */
  readonly find: (address: string) => Promise<MachineId>;
  /** Puts a packet back into the adapter, towards the local programs. */
  readonly reply: (packet: AdapterPacket) => void;
  /** Whether the address belongs to the overlay and can be a machine's: others are dropped unasked. */
  readonly isOverlay: (address: string) => boolean;
  readonly onFailure: (error: Error) => void;
}

interface Unanswered {
  readonly packets: AdapterPacket[];
  bytes: number;
}

export interface RouterCounters {
  /** Packets dropped because policy denies their destination. */
  denied: number;
  /** Packets dropped because nobody could be asked, or too many waited. */
  unresolved: number;
  /** Packets that go nowhere in the overlay: multicast, other ranges, not IP. */
  foreign: number;
}

export class PacketRouter implements AdapterReader {
  readonly counters: RouterCounters = { denied: 0, unresolved: 0, foreign: 0 };
  readonly #options: RouterOptions;
  readonly #routes = new Map<AddressKey, MachineId>();
  readonly #unanswered = new Map<AddressKey, Unanswered>();
  /** Until when an address is known to be denied (`denied`) or unanswerable. */
  readonly #refused = new Map<AddressKey, { readonly until: number; readonly denied: boolean }>();
  readonly #run: AdapterPacket[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** From now on packets to these addresses go to the peer. */
  add(peer: MachineId, keys: readonly AddressKey[]): void {
    for (const key of keys) {
      this.#routes.set(key, peer);
      this.#refused.delete(key);
    }
  }

  remove(keys: readonly AddressKey[]): void {
    for (const key of keys) this.#routes.delete(key);
  }

  /** The policy changed: what was denied may be allowed now. */
  forgetRefusals(): void {
    this.#refused.clear();
  }

  onPackets(packets: readonly AdapterPacket[]): void {
    const run = this.#run;
    let runPeer: MachineId | undefined;
    for (const packet of packets) {
      const key = destinationKey(packet, OFFLOAD_HEADER_BYTES);
      const peer = key === undefined ? undefined : this.#routes.get(key);
      if (peer === undefined) {
        this.#withoutRoute(packet, key);
        continue;
      }
      if (peer !== runPeer && runPeer !== undefined) this.#flush(runPeer);
      runPeer = peer;
      run.push(packet);
    }
    if (runPeer !== undefined) this.#flush(runPeer);
  }

  onFailure(error: Error): void {
    this.#options.onFailure(error);
  }

  #flush(peer: MachineId): void {
    this.#options.send(peer, this.#run);
    this.#run.length = 0;
  }

  #withoutRoute(packet: AdapterPacket, key: AddressKey | undefined): void {
    const address = key === undefined ? undefined : addressText(key);
    if (key === undefined || address === undefined || !this.#options.isOverlay(address)) {
      this.counters.foreign++;
      return;
    }
    const refused = this.#refused.get(key);
    if (refused !== undefined && refused.until > this.#options.now()) {
      this.#refuse(packet, refused.denied);
      return;
    }
    const waiting = this.#unanswered.get(key);
    if (waiting !== undefined) {
      this.#wait(waiting, packet);
      return;
    }
    if (this.#unanswered.size >= LIMITS.LOOKUPS_PENDING_MAX.value) {
      this.counters.unresolved++;
      return;
    }
    const fresh: Unanswered = { packets: [], bytes: 0 };
    this.#wait(fresh, packet);
    this.#unanswered.set(key, fresh);
    this.#options.find(address).then(
      (peer) => this.#found(key, fresh, peer),
      (error: unknown) => this.#notFound(key, fresh, error),
    );
  }

  /** Keeps a copy: the adapter's bytes die with the call. Drops the oldest when there are too many. */
  #wait(waiting: Unanswered, packet: AdapterPacket): void {
    waiting.packets.push(Uint8Array.from(packet));
    waiting.bytes += packet.length;
    while (
      waiting.packets.length > LIMITS.PENDING_PACKETS_PER_PEER.value ||
      waiting.bytes > LIMITS.PENDING_BYTES_PER_PEER.value
    ) {
      waiting.bytes -= waiting.packets.shift()?.length ?? 0;
      this.counters.unresolved++;
    }
  }

  #found(key: AddressKey, waiting: Unanswered, peer: MachineId): void {
    this.#unanswered.delete(key);
    if (waiting.packets.length > 0) this.#options.send(peer, waiting.packets);
  }

  #notFound(key: AddressKey, waiting: Unanswered, error: unknown): void {
    this.#unanswered.delete(key);
    const denied = isRefusal(error, 'POLICY_DENIED');
    const lasts = denied ? LIMITS.DENIED_FRESH_MS.value : LIMITS.UNANSWERED_FRESH_MS.value;
    if (this.#refused.size >= LIMITS.PEERS_MAX.value) this.#refused.clear();
    this.#refused.set(key, { until: this.#options.now() + lasts, denied });
    for (const packet of waiting.packets) this.#refuse(packet, denied);
  }

  #refuse(packet: AdapterPacket, denied: boolean): void {
    if (!denied) {
      this.counters.unresolved++;
      return;
    }
    this.counters.denied++;
    const reply = prohibitedReply(packet);
    if (reply !== undefined) this.#options.reply(reply);
  }
}

function addressText(key: AddressKey): string {
  if (typeof key === 'string') return formatIpv6(Uint8Array.from(key, (character) => character.charCodeAt(0)));
  return [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255].join('.');
}
