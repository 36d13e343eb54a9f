/**
 * Memory for relay frames and packets that live for microseconds: between the cipher or the last piece that
 * arrived, and the write that hands them to the kernel. A few buffers serve gigabytes, and the garbage collector
 * has nothing to do: V8 answers some MiB of fresh ArrayBuffers with a collection of everything, which stops the
 * program for 5 to 20 ms.
 */
import { LIMITS } from '#protocol/limits.ts';
import { asRoomy, HEADER_ROOM_BYTES, type RoomyMessage } from '#protocol/websocket.ts';

/** One size of buffer, and those of it that nobody uses. */
interface Shelf {
  readonly bufferBytes: number;
  /** Smaller ones would waste most of a buffer while they wait. */
  readonly fromBytes: number;
  readonly most: number;
  readonly free: ArrayBuffer[];
}

/** Node's shared pool serves buffers below this (half its default size). */
const POOLED_BELOW_BYTES = 4_096;
const LARGE_BYTES = Math.ceil(LIMITS.RELAY_FRAME_MAX_BYTES.value / 4);

export class FrameMemory {
  readonly #fresh: (bytes: number) => void;
  readonly #large = shelf(LIMITS.RELAY_FRAME_MAX_BYTES.value, LARGE_BYTES);
  /** What one of many connections sends at once: Linux makes its super-packets no larger than a millisecond of it. */
  readonly #medium = shelf(LARGE_BYTES, POOLED_BELOW_BYTES);

  /** @param fresh told of bytes that were taken anew, which the garbage collector will have to free */
  constructor(fresh: (bytes: number) => void = () => undefined) {
    this.#fresh = fresh;
  }

  /** `length` bytes of any content, with room for any header. */
  readonly take = (length: number): RoomyMessage => {
    if (length < this.#medium.fromBytes) {
      this.#fresh(HEADER_ROOM_BYTES + length);
      return asRoomy(Buffer.allocUnsafe(HEADER_ROOM_BYTES + length).subarray(HEADER_ROOM_BYTES));
    }
    const { free, bufferBytes } = length < this.#large.fromBytes ? this.#medium : this.#large;
    const buffer = free.pop() ?? this.#allocate(bufferBytes);
    return asRoomy(Buffer.from(buffer, HEADER_ROOM_BYTES, length));
  };

  /** Whether to {@link give} it back once nobody needs its bytes. */
  owns(frame: Uint8Array): boolean {
    const { byteLength } = frame.buffer;
    return byteLength === this.#large.bufferBytes || byteLength === this.#medium.bufferBytes;
  }

  /** The frame's bytes are dead from now on. To be called once at most; one that is never given back is garbage. */
  give(frame: Uint8Array): void {
    const { free, most } = frame.buffer.byteLength === this.#large.bufferBytes ? this.#large : this.#medium;
    if (free.length < most) free.push(frame.buffer as ArrayBuffer);
  }

  #allocate(bytes: number): ArrayBuffer {
    this.#fresh(bytes);
    return Buffer.allocUnsafeSlow(bytes).buffer;
  }
}

function shelf(largestBytes: number, fromBytes: number): Shelf {
  const most = Math.floor(LIMITS.FREE_BUFFERS_MAX_BYTES.value / largestBytes);
  return { bufferBytes: HEADER_ROOM_BYTES + largestBytes, fromBytes, most, free: [] };
}
