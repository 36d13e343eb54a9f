/**
 * What the desktop application and its window use of JavaScript that Node 12 and Chromium 83 do not have.
 * Only what is used, and only as far as it is.
 */

/** Adds what is not there. */
export const missing = (target: object, name: PropertyKey, value: unknown) => {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
};

missing(Symbol, 'dispose', Symbol('Symbol.dispose'));
missing(Symbol, 'asyncDispose', Symbol('Symbol.asyncDispose'));
missing(
  Object,
  'hasOwn',
  (target: object, name: PropertyKey) => Reflect.getOwnPropertyDescriptor(Object(target), name) !== undefined,
);
missing(Promise, 'withResolvers', () => {
  const answer: Record<string, unknown> = {};
  answer.promise = new Promise((resolve, reject) => Object.assign(answer, { resolve, reject }));
  return answer;
});
missing(URL, 'canParse', (text: string) => {
  try {
    return new URL(text) instanceof URL;
  } catch {
    return false;
  }
});
missing(globalThis, 'structuredClone', (value: unknown) => JSON.parse(JSON.stringify(value)));
for (const type of [Array, String, Uint8Array]) {
  missing(type.prototype, 'at', function at(this: ArrayLike<unknown>, index: number) {
    return this[index < 0 ? this.length + index : index];
  });
}
missing(Array.prototype, 'toSorted', function toSorted(this: unknown[], compare?: (a: unknown, b: unknown) => number) {
  return [...this].sort(compare);
});
missing(String.prototype, 'replaceAll', function replaceAll(this: string, what: string, by: string) {
  return this.split(what).join(by);
});
