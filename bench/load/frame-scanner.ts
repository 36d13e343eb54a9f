/**
 * Finds the frames in a relay's stream without keeping them: of each it shows the first bytes and skips
 * the rest, so that a receiver of large frames costs little. Knows no protocol; that is given to it.
 */

export interface Head {
  readonly kind: 'payload' | 'ping' | 'other';
  /** Bytes of the whole frame. */
  readonly length: number;
  /** Where its payload begins. */
  readonly payloadAt: number;
}

/** Reads the head of the frame at `at`; null when more bytes are needed to know it. */
export type ReadHead = (bytes: Buffer, at: number) => Head | null;

/** So many bytes of each payload are shown at least, or all of a shorter one. */
export const PREVIEW_BYTES = 16;

const NOTHING = Buffer.alloc(0);

export class FrameScanner {
  readonly #readHead: ReadHead;
  readonly #onFrame: (kind: Head['kind'], payload: Buffer) => void;
  /** The beginning of a frame whose head is not whole yet: a few bytes. */
  #rest: Buffer = NOTHING;
  /** What is still to come of a frame that was shown. */
  #skip = 0;

  constructor(readHead: ReadHead, onFrame: (kind: Head['kind'], payload: Buffer) => void) {
    this.#readHead = readHead;
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    let at = Math.min(this.#skip, bytes.length);
    this.#skip -= at;
    while (at < bytes.length) {
      const head = this.#readHead(bytes, at);
      if (head === null || bytes.length - at < Math.min(head.length, head.payloadAt + PREVIEW_BYTES)) {
        this.#rest = bytes.subarray(at);
        return;
      }
      const end = at + head.length;
      this.#onFrame(head.kind, bytes.subarray(at + head.payloadAt, Math.min(end, bytes.length)));
      at = Math.min(end, bytes.length);
      this.#skip = end - at;
    }
  }
}
