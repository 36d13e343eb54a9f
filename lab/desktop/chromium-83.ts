/**
 * What the window's page uses of JavaScript and the browser that Chromium 83 does not have, for the one real
 * Electron that the tests can get (9.4.1, see electron-9.ts). Only what is used, and only as far as it is. Runs
 * in the page before anything of its own.
 */
const missing = (target: object, name: PropertyKey, value: unknown) => {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
};

// Not by hasOwnProperty, of which a minifier makes Object.hasOwn.
missing(
  Object,
  'hasOwn',
  (object: object, name: PropertyKey) => Reflect.getOwnPropertyDescriptor(Object(object), name) !== undefined,
);
for (const type of [Array, String, Uint8Array]) {
  missing(type.prototype, 'at', function at(this: ArrayLike<unknown>, index: number) {
    return this[index < 0 ? this.length + index : index];
  });
}
missing(String.prototype, 'replaceAll', function replaceAll(this: string, what: string, by: string) {
  return this.split(what).join(by);
});
missing(URL, 'canParse', (address: string) => {
  try {
    return new URL(address) !== undefined;
  } catch {
    return false;
  }
});
