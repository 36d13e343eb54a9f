/**
 * How much of the product's code ran, by V8's own coverage: what makes an input interesting. No
 * instrumentation, so what is fuzzed is what runs.
 */
import { type Profiler, Session } from 'node:inspector/promises';

/** The product, and the packages that read on its behalf. */
const LOOKED_AT =
  /^file:.*\/(?:(?:protocol|native|agent|relay-server|runtime)\/[^:]*\.ts|node_modules\/(?:zod|yaml|saxes|jose)\/.*)$/;
const PACKAGE = /\/node_modules\//;

export class BlockCoverage implements Disposable {
  readonly #session = new Session();
  /** By script: a byte for each character, 1 once it ran. */
  readonly #ran = new Map<string, Uint8Array>();
  /** Characters of the product's own sources that ran. */
  reached = 0;

  static async start(): Promise<BlockCoverage> {
    const coverage = new BlockCoverage();
    coverage.#session.connect();
    await coverage.#session.post('Profiler.enable');
    await coverage.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return coverage;
  }

  /**
   * Looks at what ran since the last call.
   * @param keep whether it counts as seen from now on
   * @returns how many characters of code ran that never had before
   */
  async take(keep: boolean): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    let fresh = 0;
    for (const script of result) if (LOOKED_AT.test(script.url)) fresh += this.#look(script, keep);
    return fresh;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  #look({ url, functions }: Profiler.ScriptCoverage, keep: boolean): number {
    const end = functions.reduce((most, { ranges }) => Math.max(most, ranges[0]?.endOffset ?? 0), 0);
    let ran = this.#ran.get(url);
    if (ran === undefined || ran.length < end) {
      const longer = new Uint8Array(end);
      longer.set(ran ?? []);
      ran = longer;
      this.#ran.set(url, ran);
    }
    let fresh = 0;
    for (const { ranges, isBlockCoverage, functionName } of functions) {
      // The module itself runs once, when it is loaded.
      if (!isBlockCoverage || functionName === '') continue;
      fresh += paint(ran, ranges, keep);
    }
    if (keep && !PACKAGE.test(url)) this.reached += fresh;
    return fresh;
  }
}

/** Ranges come from the outside in: an inner one says better what ran. */
function paint(ran: Uint8Array, ranges: readonly Profiler.CoverageRange[], keep: boolean): number {
  const [whole] = ranges;
  if (whole === undefined || whole.count === 0) return 0;
  const now = new Uint8Array(whole.endOffset - whole.startOffset);
  for (const { startOffset, endOffset, count } of ranges) {
    now.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
  }
  let fresh = 0;
  for (let at = 0; at < now.length; at++) {
    if (now[at] === 0 || ran[whole.startOffset + at] === 1) continue;
    fresh++;
    if (keep) ran[whole.startOffset + at] = 1;
  }
  return fresh;
}
