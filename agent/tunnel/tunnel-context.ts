/**
 * What the parts of one tunnel share: who we are, where results go, and the peers.
 */
import type { MachineId } from '#protocol/ids.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { DropCounters, type DropReason } from './drops.ts';
import type { GrantedSelf } from './held-grant.ts';
import type { DhKeyPair } from './noise/dh.ts';
import type { RandomBytes } from './noise/random.ts';
import type { QueuedBytes } from './packet-queue.ts';
import type { Peer } from './peer.ts';
import { PeerTable } from './peer-table.ts';

/**
 * The edge. `sendFrame`, `deliver`, `peerChanged` and `probeReply` must not call back into the tunnel before
 * they return; `needGrant` and `verifyGrant` may be answered at once or later.
 */
export interface TunnelOutput {
  /**
   * A whole relay frame: DATA header with `peer` as destination, then one tunnel message. The buffer is the receiver's.
   * @returns false when it took this one and wants no more until it calls `linkDrained`
   */
  sendFrame(peer: MachineId, frame: RoomyMessage): boolean;
  /**
   * Packets for the adapter, in order, each an AdapterPacket whose source and destination were checked.
   * Views, valid only during the call.
   */
  deliver(peer: MachineId, packets: readonly Uint8Array[]): void;
  /** A grant for this peer is wanted: answer with setGrant or refuseGrant. Not called again until answered or half a minute has passed. */
  needGrant(peer: MachineId): void;
  /** Check this grant's signature (protocol/grants.ts verifyGrant) and answer with grantVerified or grantRejected. */
  verifyGrant(handshake: number, grant: string): void;
  /** The `state` of this peer's view changed. */
  peerChanged(peer: MachineId): void;
  /** The peer answered a probe of ours with these 8 bytes; a copy. */
  probeReply(peer: MachineId, probe: Uint8Array): void;
}

export class TunnelContext {
  readonly self: GrantedSelf;
  /** Our id's 16 raw bytes. */
  readonly selfBytes: Uint8Array;
  readonly staticKey: DhKeyPair;
  readonly random: RandomBytes;
  /** Milliseconds with fractions, never back: measures round trips. */
  readonly monotonic: () => number;
  /** Bits of the ciphers that we offer and accept. */
  readonly ciphers: number;
  readonly output: TunnelOutput;
  readonly peers: PeerTable;
  /** For frames that are sealed and packets that wait. */
  readonly memory: FrameMemory;
  /** What waits for all peers together. */
  readonly queued: QueuedBytes = { bytes: 0 };
  /** Of all peers, and of messages that belong to none. */
  readonly drops = new DropCounters();

  constructor(
    parts: Pick<
      TunnelContext,
      'self' | 'selfBytes' | 'staticKey' | 'random' | 'monotonic' | 'memory' | 'ciphers' | 'output'
    >,
  ) {
    this.self = parts.self;
    this.selfBytes = parts.selfBytes;
    this.staticKey = parts.staticKey;
    this.random = parts.random;
    this.monotonic = parts.monotonic;
    this.memory = parts.memory;
    this.peers = new PeerTable(parts.memory, this.queued);
    this.ciphers = parts.ciphers;
    this.output = parts.output;
  }

  drop(peer: Peer | undefined, reason: DropReason, count = 1): void {
    this.drops.add(reason, count);
    peer?.drops.add(reason, count);
  }
}
