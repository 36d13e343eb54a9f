/**
 * One TCP connection of the stack. Bounded both ways: what is written and not yet acknowledged, and what came and was
 * not yet taken, are each at most a window. Half-close as TCP has it: each side ends what it sends by itself.
 */
import type { Handle, Lwip, LwipReason } from '#native/lwip/instance.ts';
import { EXCHANGE_BYTES } from '#native/lwip/instance.ts';

export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** Why a connection is no more. `prohibited`: by the network's policy. `aborted`: given up, unanswered. */
export type TcpFailure = 'refused' | 'reset' | 'aborted' | 'prohibited' | 'unreachable';

export interface TcpHandlers {
  onConnected?(): void;
  /** Bytes came. They count against the window until {@link TcpConnection.taken}; the array is the handler's. */
  onData(bytes: Buffer): void;
  /** The other end sends no more. */
  onEnd(): void;
  /** There is room again after a write that was not taken whole. */
  onRoom(): void;
  /** It is over, before both ends had finished. Told at most once, and nothing after it. */
  onFailed(failure: TcpFailure): void;
  /** Both ends have finished, and nothing comes any more. */
  onClosed(): void;
}

interface TcpConnectionOptions {
  readonly lwip: Lwip;
  readonly handle: Handle;
  readonly remote: Remote;
  /** Bytes that may wait each way. */
  readonly window: number;
  /** False while the other end has still to answer. */
  readonly isConnected: boolean;
  readonly onGone: () => void;
}

export class TcpConnection {
  #handlers: TcpHandlers | undefined;
  /** What happened while there was nobody to tell; no more bytes than a window. */
  #untold: ((handlers: TcpHandlers) => void)[] = [];
  readonly remote: Remote;
  readonly window: number;
  readonly #lwip: Lwip;
  readonly #onGone: () => void;
  #handle: Handle;
  #isConnected: boolean;
  /** Written and not yet acknowledged. */
  #underWay = 0;
  #wantsRoom = false;
  /** Of our side: `wanted` when the stack could not do it at once. */
  #finish: 'open' | 'wanted' | 'done' = 'open';
  #hasEnded = false;

  constructor({ lwip, handle, remote, window, isConnected, onGone }: TcpConnectionOptions) {
    this.#lwip = lwip;
    this.#handle = handle;
    this.remote = remote;
    this.window = window;
    this.#isConnected = isConnected;
    this.#onGone = onGone;
  }

  /** Who is told what happens, from the beginning or from what the one before was told last. */
  set handlers(handlers: TcpHandlers | undefined) {
    this.#handlers = handlers;
    while (this.#handlers !== undefined && this.#untold.length > 0) this.#untold.shift()?.(this.#handlers);
  }

  /**
   * Takes as much as there is room for; after less than all, `onRoom` says when to go on.
   * @returns how many bytes were taken
   */
  write(bytes: Uint8Array): number {
    if (this.#handle === 0 || this.#finish !== 'open') return bytes.length;
    const { calls } = this.#lwip;
    let taken = 0;
    while (taken < bytes.length) {
      const room = Math.min(calls.tcp_room(this.#handle), this.window - this.#underWay, EXCHANGE_BYTES);
      const part = bytes.subarray(taken, taken + Math.max(0, room));
      if (part.length === 0) break;
      this.#lwip.give(part);
      if (calls.tcp_put(this.#handle, part.length) === 0) break;
      taken += part.length;
      this.#underWay += part.length;
    }
    if (taken > 0) calls.tcp_push(this.#handle);
    this.#wantsRoom = taken < bytes.length;
    return taken;
  }

  /** So many bytes of what came have been used: as many more may come. */
  taken(length: number): void {
    if (this.#handle !== 0) this.#lwip.calls.tcp_taken(this.#handle, length);
  }

  /** No more will be written; what was is still delivered. */
  finish(): void {
    if (this.#finish !== 'open') return;
    this.#finish = 'wanted';
    this.tryAgain();
  }

  /** Ends it at once; the other end learns that something went wrong. Nothing is told of it any more. */
  reset(): void {
    if (this.#handle === 0) return;
    this.#lwip.calls.tcp_reset(this.#handle);
    this.#untold = [];
    this.#letGo();
  }

  /** The stack is no more: whoever is told anything of the connection is told that it is over. */
  abandon(): void {
    if (this.#handle === 0) return;
    this.reset();
    this.#tell((handlers) => handlers.onFailed('aborted'));
  }

  /** To be called now and then: what the stack had no memory for. */
  tryAgain(): void {
    if (this.#handle === 0) return;
    if (this.#wantsRoom) this.#tellRoom();
    if (this.#finish !== 'wanted' || this.#lwip.calls.tcp_finish(this.#handle) === 0) return;
    this.#finish = 'done';
    this.#closeIfBothAreDone();
  }

  onConnected(): void {
    this.#isConnected = true;
    this.#tell((handlers) => handlers.onConnected?.());
  }

  onReceived(bytes: Buffer): void {
    this.#tell((handlers) => handlers.onData(bytes));
  }

  onEnded(): void {
    this.#hasEnded = true;
    this.#tell((handlers) => handlers.onEnd());
    this.#closeIfBothAreDone();
  }

  onAcknowledged(length: number): void {
    this.#underWay -= length;
    if (this.#wantsRoom) this.#tellRoom();
  }

  onFailed(reason: LwipReason): void {
    if (this.#handle === 0) return;
    this.#letGo();
    const failure = reason === 'reset' && !this.#isConnected ? 'refused' : reason;
    this.#tell((handlers) => (failure === 'closed' ? handlers.onClosed() : handlers.onFailed(failure)));
  }

  /** A message of the network about packets to there. */
  onUnreachable(address: string, port: number, why: 'prohibited' | 'unreachable'): void {
    if (this.#handle === 0 || this.#isConnected) return;
    if (address !== this.remote.address || port !== this.remote.port) return;
    this.reset();
    this.#tell((handlers) => handlers.onFailed(why));
  }

  #tell(what: (handlers: TcpHandlers) => void): void {
    if (this.#handlers === undefined) this.#untold.push(what);
    else what(this.#handlers);
  }

  #tellRoom(): void {
    this.#wantsRoom = false;
    this.#tell((handlers) => handlers.onRoom());
  }

  /** What is still to be sent and acknowledged is the stack's business alone. */
  #closeIfBothAreDone(): void {
    if (this.#handle === 0 || !this.#hasEnded || this.#finish !== 'done') return;
    this.#letGo();
    this.#tell((handlers) => handlers.onClosed());
  }

  #letGo(): void {
    this.#lwip.calls.tcp_free_handle(this.#handle);
    this.#handle = 0;
    this.#onGone();
  }
}
