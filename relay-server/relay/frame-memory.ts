/**
 * Memory for frames that arrive in pieces. Large ones live for microseconds, between the last piece and the
 * write that hands them to the kernel, so a few buffers serve gigabytes and the garbage collector has
 * nothing to do.
 */
import { LIMITS } from '#protocol/limits.ts';
import { asRoomy, HEADER_ROOM_BYTES, type RoomyMessage } from '#protocol/websocket.ts';

const BUFFER_BYTES = HEADER_ROOM_BYTES + LIMITS.RELAY_FRAME_MAX_BYTES.value;
/** Smaller ones would waste most of a buffer while they wait in a queue. */
const LARGE_BYTES = BUFFER_BYTES / 4;

export class FrameMemory {
  readonly #free: ArrayBuffer[] = [];

  /** `length` bytes of any content, with room for any header. */
  readonly take = (length: number): RoomyMessage => {
    const large = length >= LARGE_BYTES;
    const buffer = (large ? this.#free.pop() : undefined) ?? fresh(large ? BUFFER_BYTES : HEADER_ROOM_BYTES + length);
    return asRoomy(new Uint8Array(buffer, HEADER_ROOM_BYTES, length));
  };

  /** Whether to {@link give} it back once it was written. */
  owns(frame: Uint8Array): boolean {
    return frame.buffer.byteLength === BUFFER_BYTES;
  }

  /** The frame's bytes are dead from now on. To be called once at most; one that is never given back is garbage. */
  give(frame: Uint8Array): void {
    if (this.#free.length < LIMITS.RELAY_FREE_BUFFERS_MAX.value) this.#free.push(frame.buffer as ArrayBuffer);
  }
}

/** Not zeroed: all of it is overwritten before it is sent. */
function fresh(bytes: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(bytes).buffer;
}
