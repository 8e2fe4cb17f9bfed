import { defineConfig } from 'vitest/config';

const layers = [
  'environment',
  'xdr',
  'protocol',
  'rpc',
  'stable-area',
  'pa',
  'server',
  'client',
  'chaos',
];
const notTests = ['**/node_modules/**', 'dist/**', 'coverage/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    passWithNoTests: true,
    // The default leaves one core idle, which on a machine with two means no parallelism at all.
    maxWorkers: '100%',
    // CI counts from the report (.ci/run).
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    outputFile: { json: 'coverage/vitest.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...notTests, 'test/**'],
          // A module is loaded once for all files of a worker, which is two thirds of the time; no test changes a
          // module's own state.
          isolate: false,
          // Generous on purpose: a shared machine stalls for seconds, and a test that fails for
          // that teaches people to ignore failures.
          testTimeout: 120_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: notTests,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real processes, which wait for each other most of the time: two files at once, after the unit tests. No test
          // asserts a time.
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: layers.map((layer) => `${layer}/**/*.ts`),
      exclude: ['**/*.test.ts', '**/generated/**', '**/main.ts', '**/testing/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 70, functions: 70, statements: 70, branches: 60 },
    },
  },
});
