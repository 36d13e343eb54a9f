/**
 * One machine's WebSocket as the relay core's outlet. Says when it is full, so that what comes on top
 * waits in the core's fair queue and not here. Knows nothing of routing.
 */
import { type RawData, WebSocket } from 'ws';
import { LIMITS } from '#protocol/limits.ts';
import type { Outlet } from './connection.ts';

export interface MachineSocketEvents {
  /** A whole binary message; the receiver owns the bytes. */
  onMessage(frame: Uint8Array): void;
  /** A sign of life other than a message. */
  onAlive(): void;
  /** Full before, takes more now. */
  onWritable(): void;
  /** The other side broke the cap or the WebSocket protocol; the socket is closing with the fitting status. */
  onViolation(what: 'over-cap' | 'malformed'): void;
  onClose(): void;
}

export class MachineSocket implements Outlet {
  readonly #socket: WebSocket;
  readonly #events: MachineSocketEvents;
  /** Frames sent since the socket was last empty. */
  #frames = 0;
  #full = false;

  constructor(socket: WebSocket, events: MachineSocketEvents) {
    this.#socket = socket;
    this.#events = events;
    // With its default binaryType ws hands over one Buffer a message, and keeps no view of it.
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary && data instanceof Uint8Array) events.onMessage(data);
      else events.onViolation('malformed');
    });
    socket.on('pong', () => events.onAlive());
    socket.on('ping', () => events.onAlive());
    socket.on('error', (error: Error & { code?: string }) => {
      events.onViolation(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'over-cap' : 'malformed');
    });
    socket.on('close', () => events.onClose());
  }

  send(frame: Uint8Array): boolean {
    const buffered = this.#socket.bufferedAmount;
    if (buffered === 0) this.#frames = 0;
    this.#frames++;
    const full =
      buffered + frame.length >= LIMITS.RELAY_SOCKET_HIGH_WATER_BYTES.value ||
      this.#frames >= LIMITS.RELAY_SOCKET_HIGH_WATER_FRAMES.value;
    if (full && !this.#full) {
      // The frame that fills the socket says when all before it, and itself, went to the kernel.
      this.#full = true;
      this.#socket.send(frame, this.#onSent);
    } else {
      this.#socket.send(frame);
    }
    return !this.#full;
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  close(status: number): void {
    this.#socket.close(status);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  readonly #onSent = (error?: Error | null): void => {
    this.#full = false;
    if (error === undefined || error === null) this.#events.onWritable();
  };
}
