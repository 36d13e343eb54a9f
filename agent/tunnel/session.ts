/**
 * One pair of keys with its counters: seals and opens DATA messages. Knows nothing of peers, queues or
 * timers; when to replace it is the peer's business.
 */
import { FRAME_HEADER_BYTES, writeDataHeader } from '#protocol/frames.ts';
import { LIMITS } from '#protocol/limits.ts';
import {
  COUNTER_BYTES,
  DATA_HEADER_BYTES,
  DATA_OVERHEAD_BYTES,
  type DataCipher,
  INDEX_BYTES,
  TUNNEL_MESSAGE,
} from '#protocol/tunnel-messages.ts';
import type { RoomyMessage } from '#protocol/websocket.ts';
import type { FrameMemory } from '#runtime/frame-memory.ts';
import { type DataKey, dataKey } from './cipher.ts';
import type { DropReason } from './drops.ts';
import type { HeldGrant } from './held-grant.ts';
import type { HandshakeResult, Role } from './noise/handshake-state.ts';
import { ReplayWindow } from './replay.ts';

const FRAME_OVERHEAD_BYTES = FRAME_HEADER_BYTES + DATA_OVERHEAD_BYTES;
const COUNTER_AT = 1 + INDEX_BYTES;
/** The one that did not begin waits this much longer, so that both do not rekey at once. */
const RESPONDER_GRACE_MS = LIMITS.PEER_DEAD_AFTER_MS.value;
const RESPONDER_GRACE_MESSAGES = (LIMITS.REJECT_AFTER_MESSAGES.value - LIMITS.REKEY_AFTER_MESSAGES.value) / 2;

export interface SessionOptions {
  readonly role: Role;
  /** 16 raw bytes: the destination of every frame. */
  readonly peerBytes: Uint8Array;
  /** By which the peer addresses us. */
  readonly localIndex: number;
  /** By which we address the peer. */
  readonly remoteIndex: number;
  readonly cipher: DataCipher;
  /** Copied into the ciphers and wiped. */
  readonly keys: HandshakeResult;
  /** The session never outlives it. */
  readonly grant: HeldGrant;
  readonly now: number;
  /** Frames are made in it. */
  readonly memory: FrameMemory;
}

export class Session {
  readonly role: Role;
  readonly localIndex: number;
  readonly remoteIndex: number;
  readonly cipher: DataCipher;
  readonly grant: HeldGrant;
  /** Milliseconds of the Unix epoch: dead from then on, both ways. */
  readonly expiresAt: number;
  readonly #rekeyAt: number;
  readonly #rekeyAfterMessages: number;
  /** What every frame of this session begins with: frame header, message type, receiver index. */
  readonly #head: Uint8Array;
  readonly #replay = new ReplayWindow();
  #keys: { readonly send: DataKey; readonly receive: DataKey } | undefined;
  readonly #memory: FrameMemory;
  #sent = 0;

  constructor(options: SessionOptions) {
    const initiator = options.role === 'initiator';
    this.role = options.role;
    this.localIndex = options.localIndex;
    this.remoteIndex = options.remoteIndex;
    this.cipher = options.cipher;
    this.grant = options.grant;
    this.#memory = options.memory;
    this.expiresAt = Math.min(options.now + LIMITS.REJECT_AFTER_MS.value, options.grant.expiresAt);
    this.#rekeyAt = options.now + LIMITS.REKEY_AFTER_MS.value + (initiator ? 0 : RESPONDER_GRACE_MS);
    this.#rekeyAfterMessages = LIMITS.REKEY_AFTER_MESSAGES.value + (initiator ? 0 : RESPONDER_GRACE_MESSAGES);
    this.#head = new Uint8Array(FRAME_HEADER_BYTES + 1 + INDEX_BYTES);
    writeDataHeader(this.#head, options.peerBytes);
    this.#head[FRAME_HEADER_BYTES] = TUNNEL_MESSAGE.DATA;
    new DataView(this.#head.buffer).setUint32(FRAME_HEADER_BYTES + 1, options.remoteIndex);
    this.#keys = {
      send: dataKey(options.cipher, options.keys.sendKey, 'seal'),
      receive: dataKey(options.cipher, options.keys.receiveKey, 'open'),
    };
  }

  canSend(now: number): boolean {
    return this.#keys !== undefined && now < this.expiresAt && this.#sent < LIMITS.REJECT_AFTER_MESSAGES.value;
  }

  /**
   * When to begin the next session: by age, by messages either way, or because a later grant is there and
   * this one's end is near.
   * @returns milliseconds of the Unix epoch; in the past when it is due.
   */
  rekeyAt(held: HeldGrant | undefined): number {
    if (Math.max(this.#sent, this.#replay.greatest) >= this.#rekeyAfterMessages) return 0;
    const graceMs = LIMITS.REJECT_AFTER_MS.value - LIMITS.REKEY_AFTER_MS.value;
    const renewed = held !== undefined && held.expiresAt > this.grant.expiresAt;
    return renewed ? Math.min(this.#rekeyAt, this.grant.expiresAt - graceMs) : this.#rekeyAt;
  }

  /**
   * A whole relay frame, the caller's to give back to the memory. Ask {@link canSend} first.
   * @param second continues the plaintext, to save copying a large packet behind its record header.
   */
  seal(first: Uint8Array, second?: Uint8Array): RoomyMessage {
    if (this.#keys === undefined) throw new Error('the session is closed');
    const length = FRAME_OVERHEAD_BYTES + first.length + (second?.length ?? 0);
    const frame = this.#memory.take(length);
    const view = new DataView(frame.buffer, frame.byteOffset);
    const counter = this.#sent++;
    frame.set(this.#head);
    view.setUint32(FRAME_HEADER_BYTES + COUNTER_AT, 0);
    view.setUint32(FRAME_HEADER_BYTES + COUNTER_AT + COUNTER_BYTES / 2, counter);
    this.#keys.send.seal(counter, first, second, frame, FRAME_HEADER_BYTES + DATA_HEADER_BYTES);
    return frame;
  }

  /**
   * The plaintext of a DATA message, or why there is none. The replay window is asked, and moved, only by
   * authentic messages.
   * @param into where the plaintext is written; room for TUNNEL_PLAINTEXT_MAX_BYTES
   * @returns a view of it
   */
  open(message: Uint8Array, now: number, into: Uint8Array): Uint8Array | DropReason {
    if (this.#keys === undefined || now >= this.expiresAt) return 'expired-session';
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const counter = view.getUint32(COUNTER_AT + COUNTER_BYTES / 2);
    if (view.getUint32(COUNTER_AT) !== 0 || counter >= LIMITS.REJECT_AFTER_MESSAGES.value) return 'expired-session';
    const length = this.#keys.receive.open(counter, message.subarray(DATA_HEADER_BYTES), into);
    if (length === undefined) return 'unauthentic';
    return this.#replay.accept(counter) ? into.subarray(0, length) : 'replayed';
  }

  /** The counter that the next message will have. */
  get nextCounter(): number {
    return this.#sent;
  }

  /** The greatest counter of an authentic message of the peer; -1 before the first. */
  get greatestReceived(): number {
    return this.#replay.greatest;
  }

  /** Lets go of the keys. Idempotent. */
  close(): void {
    this.#keys?.send[Symbol.dispose]();
    this.#keys?.receive[Symbol.dispose]();
    this.#keys = undefined;
  }
}
