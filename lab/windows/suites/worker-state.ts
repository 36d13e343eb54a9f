/** What Vitest's `expect` and `vi` look for in the process, where Vitest itself did not start it. First of all imports. */
Object.assign(globalThis, {
  __vitest_worker__: {
    config: { fakeTimers: {}, expect: {}, snapshotOptions: {} },
    ctx: {},
    metaEnv: process.env,
    environment: { name: 'node' },
  },
});
