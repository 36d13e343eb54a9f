/**
 * Memory for relay frames that live for microseconds: between the cipher or the last piece that arrived, and
 * the write that hands them to the kernel. A few buffers serve gigabytes, and the garbage collector has
 * nothing to do: V8 answers some MiB of fresh ArrayBuffers with a collection of everything, which stops the
 * program for 5 to 20 ms.
 */
import { LIMITS } from '#protocol/limits.ts';
import { asRoomy, HEADER_ROOM_BYTES, type RoomyMessage } from '#protocol/websocket.ts';

const BUFFER_BYTES = HEADER_ROOM_BYTES + LIMITS.RELAY_FRAME_MAX_BYTES.value;
/** Smaller ones would waste most of a buffer while they wait. */
const LARGE_BYTES = BUFFER_BYTES / 4;
/** Node's shared pool serves buffers below this (half its default size); larger ones get memory of their own. */
const POOLED_BELOW_BYTES = 4_096;

export class FrameMemory {
  readonly #free: ArrayBuffer[] = [];

  /** `length` bytes of any content, with room for any header. */
  readonly take = (length: number): RoomyMessage => {
    const total = HEADER_ROOM_BYTES + length;
    if (total < POOLED_BELOW_BYTES) return asRoomy(Buffer.allocUnsafe(total).subarray(HEADER_ROOM_BYTES));
    if (length < LARGE_BYTES) return asRoomy(Buffer.allocUnsafeSlow(total).subarray(HEADER_ROOM_BYTES));
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES).buffer;
    return asRoomy(Buffer.from(buffer, HEADER_ROOM_BYTES, length));
  };

  /** Whether to {@link give} it back once nobody needs its bytes. */
  owns(frame: Uint8Array): boolean {
    return frame.buffer.byteLength === BUFFER_BYTES;
  }

  /** The frame's bytes are dead from now on. To be called once at most; one that is never given back is garbage. */
  give(frame: Uint8Array): void {
    if (this.#free.length < LIMITS.FREE_BUFFERS_MAX.value) this.#free.push(frame.buffer as ArrayBuffer);
  }
}
