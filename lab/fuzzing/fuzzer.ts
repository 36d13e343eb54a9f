/**
 * A small coverage-guided fuzzer: what makes the product run a block that never ran before is kept, and new
 * inputs are made of what is kept. Coverage is V8's own and costs a millisecond to read, so inputs are run in
 * batches; one that had something new in it is run again input by input.
 */
import { SeededRandom } from '../population/seeded-random.ts';
import { BlockCoverage } from './block-coverage.ts';
import { mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

/** An answer that takes longer than this of a processor is a bug: whoever sent the input would stop everybody else. */
const SLOW_MS = 250;
const BATCH_MAX = 2_048;
const BATCH_MS = 25;
const INPUT_MAX_BYTES = 4_096;

export interface Finding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface Outcome {
  readonly executions: number;
  /** Characters of the product's sources that ran. */
  readonly reached: number;
  /** Inputs that reached something new, in order. */
  readonly kept: readonly Uint8Array[];
  readonly finding: Finding | undefined;
}

/** Runs one input. @returns what it found; undefined when all is well */
export async function runOnce(target: FuzzTarget, input: Uint8Array): Promise<Finding | undefined> {
  const began = process.cpuUsage();
  try {
    const running = target.run(Buffer.from(input));
    if (running instanceof Promise) await running;
  } catch (error) {
    return { input, error };
  }
  // Of the processor, so that a busy computer finds nothing.
  const ms = process.cpuUsage(began).user / 1_000;
  return ms > SLOW_MS ? { input, error: new Error(`it took ${ms.toFixed(0)} ms`) } : undefined;
}

/** Fuzzes until `goesOn` says no, or until something is found. */
export async function fuzz(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  seed: string,
  goesOn: (executions: number) => boolean,
): Promise<Outcome> {
  using coverage = await BlockCoverage.start();
  const random = new SeededRandom(`fuzz ${target.name} ${seed}`);
  const kept: Uint8Array[] = [];
  let executions = 0;
  const outcome = (finding?: Finding): Outcome => ({ executions, reached: coverage.reached, kept, finding });

  /** One by one: whoever brings something new is kept. */
  const sift = async (inputs: readonly Uint8Array[]): Promise<Finding | undefined> => {
    for (const input of inputs) {
      executions++;
      const finding = await runOnce(target, input);
      if (finding !== undefined) return finding;
      if ((await coverage.take(true)) > 0) kept.push(input);
    }
    return undefined;
  };

  const beginning = [...target.seeds.map((each) => Buffer.from(each as Uint8Array)), ...corpus];
  const broken = await sift(beginning);
  if (broken !== undefined) return outcome(broken);
  if (kept.length === 0) kept.push(Buffer.alloc(1));
  const around = { random, others: kept, words: target.words ?? [], maxBytes: target.maxBytes ?? INPUT_MAX_BYTES };
  while (goesOn(executions)) {
    const batch: Uint8Array[] = [];
    const end = performance.now() + BATCH_MS;
    while (batch.length < BATCH_MAX && performance.now() < end) {
      const input = mutate(random.pick(kept), around);
      batch.push(input);
      executions++;
      const finding = await runOnce(target, input);
      if (finding !== undefined) return outcome(finding);
    }
    if ((await coverage.take(false)) === 0) continue;
    const finding = await sift(batch);
    if (finding !== undefined) return outcome(finding);
  }
  return outcome();
}

/** A shorter input that finds something as well, by leaving pieces out. */
export async function shorten(target: FuzzTarget, finding: Finding): Promise<Uint8Array> {
  let { input } = finding;
  for (let piece = input.length >> 1; piece > 0; piece >>= 1) {
    for (let at = 0; at + piece <= input.length; ) {
      const shorter = Buffer.concat([input.subarray(0, at), input.subarray(at + piece)]);
      if ((await runOnce(target, shorter)) === undefined) at += piece;
      else input = shorter;
    }
  }
  return input;
}
