import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,runtime,native,agent,relay-server,electron,renderer,bench,build,lab}/**/*.test.{ts,tsx}'],
    exclude: ['lab/scenarios/**'],
    testTimeout: 20_000,
    // Vitest leaves one processor free, which is half of a small machine; much of the tests is waiting.
    maxWorkers: 2,
  },
});
