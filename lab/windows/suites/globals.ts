/** What tests put others in the place of, for files that share a process: each finds what the first one found. */

const NAMES = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'] as const),
  ...(['queueMicrotask', 'performance', 'Date'] as const),
];

export class Globals {
  readonly #first = NAMES.map((name) => [name, globalThis[name]] as const);

  /** @returns the names of what was not in its place any more */
  putBack(): string[] {
    const changed = this.#first.filter(([name, value]) => globalThis[name] !== value);
    Object.assign(globalThis, Object.fromEntries(changed));
    return changed.map(([name]) => name);
  }
}
