/**
 * Memory for relay frames and packets that live for microseconds: between the cipher or the last piece that
 * arrived, and the write that hands them to the kernel. A few buffers serve gigabytes, and the garbage collector
 * has nothing to do: V8 answers some MiB of fresh ArrayBuffers with a collection of everything, which stops the
 * program for 5 to 20 ms.
 *
 * How many are kept follows from how many are used: what was at hand all the time between two looks was one too
 * many. So a machine that serves fifty peers keeps what their queues held, and leaves it to the collector when they
 * have gone.
 */
import { LIMITS } from '#protocol/limits.ts';
import { asRoomy, HEADER_ROOM_BYTES, type RoomyMessage } from '#protocol/websocket.ts';

/** Node's shared pool serves what is smaller, well enough: an acknowledgement, a keystroke. */
const SMALLEST_BYTES = 2_048;
const POOLED_BELOW_BYTES = SMALLEST_BYTES / 2;
const LARGEST_BYTES = LIMITS.RELAY_FRAME_MAX_BYTES.value;

/** One size of buffer, and those of it that nobody uses. */
class Shelf {
  readonly bufferBytes: number;
  readonly #free: ArrayBuffer[] = [];
  /** The fewest that were free since the last {@link trim}. */
  #spare = 0;

  /** @param frameBytes of the largest frame that fits */
  constructor(frameBytes: number) {
    this.bufferBytes = HEADER_ROOM_BYTES + frameBytes;
  }

  get empty(): boolean {
    return this.#free.length === 0;
  }

  pop(): ArrayBuffer | undefined {
    const buffer = this.#free.pop();
    if (this.#free.length < this.#spare) this.#spare = this.#free.length;
    return buffer;
  }

  push(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }

  /** Lets go of those that nobody has needed since the last time. @returns their bytes */
  trim(): number {
    const dropped = this.#free.splice(0, this.#spare).length * this.bufferBytes;
    this.#spare = this.#free.length;
    return dropped;
  }
}

export class FrameMemory {
  readonly #fresh: (bytes: number) => void;
  /** By ascending size. Each is twice the one before, so no frame wastes more than half of its buffer. */
  readonly #shelves: readonly Shelf[] = shelves();
  readonly #bySize = new Map(this.#shelves.map((shelf) => [shelf.bufferBytes, shelf]));
  #freeBytes = 0;
  #trimming: NodeJS.Timeout | undefined;

  /** @param fresh told of bytes that were taken anew, which the garbage collector will have to free */
  constructor(fresh: (bytes: number) => void = () => undefined) {
    this.#fresh = fresh;
  }

  /** `length` bytes of any content, with room for any header. */
  readonly take = (length: number): RoomyMessage => {
    if (length < POOLED_BELOW_BYTES) {
      this.#fresh(HEADER_ROOM_BYTES + length);
      return asRoomy(Buffer.allocUnsafe(HEADER_ROOM_BYTES + length).subarray(HEADER_ROOM_BYTES));
    }
    const shelf = this.#shelfFor(length);
    const free = shelf.pop();
    if (free !== undefined) this.#freeBytes -= shelf.bufferBytes;
    return asRoomy(Buffer.from(free ?? this.#allocate(shelf.bufferBytes), HEADER_ROOM_BYTES, length));
  };

  /** Whether to {@link give} it back once nobody needs its bytes. */
  owns(frame: Uint8Array): boolean {
    return this.#bySize.has(frame.buffer.byteLength);
  }

  /** The frame's bytes are dead from now on. To be called once at most; one that is never given back is garbage. */
  give(frame: Uint8Array): void {
    const shelf = this.#bySize.get(frame.buffer.byteLength);
    if (shelf === undefined || this.#freeBytes + shelf.bufferBytes > LIMITS.FREE_BUFFERS_MAX_BYTES.value) return;
    shelf.push(frame.buffer as ArrayBuffer);
    this.#freeBytes += shelf.bufferBytes;
    this.#trimming ??= setTimeout(this.#trim, LIMITS.FREE_BUFFERS_LOOK_MS.value).unref();
  }

  readonly #trim = (): void => {
    for (const shelf of this.#shelves) this.#freeBytes -= shelf.trim();
    const idle = this.#shelves.every(({ empty }) => empty);
    this.#trimming = idle ? undefined : setTimeout(this.#trim, LIMITS.FREE_BUFFERS_LOOK_MS.value).unref();
  };

  #shelfFor(length: number): Shelf {
    const fits = this.#shelves.find(({ bufferBytes }) => HEADER_ROOM_BYTES + length <= bufferBytes);
    if (fits === undefined) throw new RangeError(`a frame of ${length} bytes is over the cap`);
    return fits;
  }

  #allocate(bytes: number): ArrayBuffer {
    this.#fresh(bytes);
    return Buffer.allocUnsafeSlow(bytes).buffer;
  }
}

function shelves(): Shelf[] {
  const sizes: number[] = [];
  for (let size = SMALLEST_BYTES; size < LARGEST_BYTES; size *= 2) sizes.push(size);
  return [...sizes, LARGEST_BYTES].map((size) => new Shelf(size));
}
