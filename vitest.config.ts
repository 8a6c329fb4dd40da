import { configDefaults, defineConfig } from 'vitest/config';

/** What the two engines must do alike. */
const ON_BOTH = [
  'test/conformance/**/*.test.ts',
  'test/journal/**/*.test.ts',
  'test/api/**/*.test.ts',
  'test/sync/**/*.test.ts',
  'test/db/{store,look-up,errors,parity,parity-values}.test.ts',
  'test/faults/several-processes.test.ts',
  'test/insight/placed.test.ts',
  'test/insight/findings/{incremental,seeds,contradicting-claims,probable-duplicate,quote-not-in-text,office-not-held}.test.ts',
];
/** What PostgreSQL alone is about. All others run on SQLite only, or on no database. */
const ON_POSTGRES = ['test/postgres/**/*.test.ts'];

export default defineConfig({
  test: {
    setupFiles: ['test/support/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ON_POSTGRES],
          provide: { engine: 'sqlite' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...ON_BOTH, ...ON_POSTGRES],
          provide: { engine: 'postgres' },
          globalSetup: ['test/support/postgres-setup.ts'],
        },
      },
    ],
  },
});
