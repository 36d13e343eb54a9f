/**
 * Frame memory that finds out who uses it wrongly: a buffer that is given back twice is an error at once, and the
 * bytes of one that was given back are spoiled, so that whoever still reads them does not find what it looks for.
 */
import { FrameMemory } from './frame-memory.ts';

const SPOILED = 0xdd;

export function checkedMemory(): FrameMemory {
  const memory = new FrameMemory();
  const plain = { take: memory.take, give: memory.give.bind(memory) };
  const free = new WeakSet<ArrayBufferLike>();
  return Object.assign(memory, {
    take: (length: number) => {
      const frame = plain.take(length);
      free.delete(frame.buffer);
      return frame;
    },
    give: (frame: Uint8Array) => {
      if (free.has(frame.buffer)) throw new Error('a buffer was given back twice');
      free.add(frame.buffer);
      new Uint8Array(frame.buffer).fill(SPOILED);
      plain.give(frame);
    },
  });
}
