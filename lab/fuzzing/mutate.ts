/**
 * Makes new inputs of old ones: bytes changed, taken out, doubled and put together, and words that the target
 * knows.
 */
import type { SeededRandom } from '../population/seeded-random.ts';

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x0a, 0x0d, 0x22, 0x2e, 0x3a, 0x7b, 0x7d];
const STEPS_MAX = 6;

export interface Mutations {
  readonly random: SeededRandom;
  /** Inputs to take pieces from. */
  readonly others: readonly Uint8Array[];
  readonly words: readonly string[];
  readonly maxBytes: number;
}

export function mutate(input: Uint8Array, around: Mutations): Uint8Array {
  let bytes: Uint8Array = Buffer.from(input);
  for (let left = 1 + below(around.random, STEPS_MAX); left > 0; left--) bytes = changeOnce(bytes, around);
  return bytes.length > around.maxBytes ? bytes.slice(0, around.maxBytes) : bytes;
}

function changeOnce(bytes: Uint8Array, { random, others, words }: Mutations): Uint8Array {
  const at = below(random, bytes.length + 1);
  const count = 1 + below(random, Math.min(32, bytes.length - at + 1));
  const splice = (taken: number, put: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + taken))]);
  const byte = (value: number) => splice(1, Uint8Array.of(value));
  switch (below(random, words.length > 0 ? 10 : 8)) {
    case 0:
      return byte((bytes[at] ?? 0) ^ (1 << below(random, 8)));
    case 1:
      return byte(below(random, 256));
    case 2:
      return byte(random.pick(INTERESTING));
    case 3:
      return splice(count, new Uint8Array(0));
    case 4:
      return splice(0, random.bytes(count));
    case 5:
      return splice(0, bytes.subarray(at, at + count));
    case 6:
      return splice(4, Uint8Array.of(0, 0, below(random, 2) * 255, below(random, 256)));
    case 7: {
      const other = random.pick(others);
      const from = below(random, other.length + 1);
      return splice(random.fraction() < 0.5 ? bytes.length : 0, other.subarray(from, from + 1 + below(random, 64)));
    }
    case 8:
      return splice(0, Buffer.from(random.pick(words)));
    default:
      return splice(count, Buffer.from(random.pick(words)));
  }
}

function below(random: SeededRandom, most: number): number {
  return Math.floor(random.fraction() * most);
}
