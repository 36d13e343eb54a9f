import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{protocol,runtime,native,agent,relay-server,electron,renderer,bench,build,lab}/**/*.test.{ts,tsx}'],
    exclude: ['lab/scenarios/**'],
    testTimeout: 20_000,
  },
});
