/**
 * Something that reads what others have made: a decoder, and what must be true of whatever it makes of any
 * bytes. A target throws when that does not hold; a refusal from the catalogue is an answer.
 */
import { isRefusal } from '#protocol/errors.ts';

export interface FuzzTarget {
  readonly name: string;
  /** What is read, and from whom. */
  readonly about: string;
  /** Inputs to begin with, besides the corpus. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Words that its inputs are made of. */
  readonly words?: readonly string[];
  readonly maxBytes?: number;
  /** Bytes of the input are its own. @throws Error for a bug */
  readonly run: (input: Buffer) => unknown;
}

/** What `read` answers; undefined when it refuses by the catalogue. */
export function orRefused<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** The same for a promise. */
export async function laterOrRefused<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** JSON, or undefined. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Error when they are not the same */
export function requireSame(what: string, one: unknown, other: unknown): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a?.slice(0, 200)} became ${b?.slice(0, 200)}`);
}
