/**
 * The peers that this machine holds something about, bounded. A peer that was revoked is never pushed out:
 * its entry is what keeps its old grants from working.
 */
import type { MachineId } from '#protocol/ids.ts';
import { LIMITS } from '#protocol/limits.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import type { QueuedBytes } from './packet-queue.ts';
import { Peer } from './peer.ts';

export class PeerTable {
  readonly #peers = new Map<MachineId, Peer>();
  readonly #memory: FrameMemory;
  readonly #queued: QueuedBytes;

  /**
   * @param memory for what waits for a peer
   * @param queued counts what waits for all of them
   */
  constructor(memory: FrameMemory, queued: QueuedBytes) {
    this.#memory = memory;
    this.#queued = queued;
  }

  get(id: MachineId): Peer | undefined {
    return this.#peers.get(id);
  }

  /** The peer's entry, made if need be; undefined when the table is full of peers in use. */
  open(id: MachineId, now: number): Peer | undefined {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    if (this.#peers.size >= LIMITS.PEERS_MAX.value && !this.#evictOne(now)) return undefined;
    const peer = new Peer(id, this.#memory, this.#queued, now);
    this.#peers.set(id, peer);
    return peer;
  }

  delete(peer: Peer): void {
    this.#peers.delete(peer.id);
  }

  values(): Iterable<Peer> {
    return this.#peers.values();
  }

  clear(): void {
    this.#peers.clear();
  }

  /** A handshake so old that its timestamp is refused as skewed needs no memory of it. */
  #evictOne(now: number): boolean {
    for (const peer of this.#peers.values()) {
      const replayable = now < peer.greatestTimestamp + 2 * LIMITS.HANDSHAKE_TIMESTAMP_SKEW_MS.value;
      if (!peer.dormant || peer.revoked !== undefined || replayable) continue;
      this.#peers.delete(peer.id);
      return true;
    }
    return false;
  }
}
