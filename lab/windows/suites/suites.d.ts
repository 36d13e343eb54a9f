/** Written by suite-bundle.ts: every test file that is in the bundle, by its path. */
declare module 'causeway:suites' {
  export const FILES: Readonly<Record<string, () => Promise<unknown>>>;
  /** By file: parts of names of tests, and why they are left out. */
  export const LEFT_OUT: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
