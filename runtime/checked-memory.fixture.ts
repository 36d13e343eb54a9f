/**
 * Frame memory that finds out who uses it wrongly: a buffer that is given back twice is an error at once, and the
 * bytes of one that was given back are spoiled, so that whoever still reads them does not find what it looks for.
 */
import { FrameMemory } from './frame-memory.ts';

const SPOILED = 0xdd;

export class CheckedMemory extends FrameMemory {
  readonly #given = new WeakSet<ArrayBufferLike>();

  override readonly take = ((plain) => (length: number) => {
    const frame = plain(length);
    this.#given.delete(frame.buffer);
    return frame;
  })(this.take);

  override give(frame: Uint8Array): void {
    if (this.#given.has(frame.buffer)) throw new Error('a buffer was given back twice');
    this.#given.add(frame.buffer);
    new Uint8Array(frame.buffer).fill(SPOILED);
    super.give(frame);
  }
}
