import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints how many conformance tests each resource ran, and fails the run when one ran another number than the rest. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = modules
      .filter(({ moduleId }) => moduleId.includes('/test/conformance/'))
      .map((module) => {
        const ran = [...module.children.allTests()].filter((test) => test.result().state !== 'skipped');
        return { name: basename(module.moduleId, '.test.ts'), tests: ran.length };
      })
      .sort((a, b) => a.name.localeCompare(b.name));
    if (counts.length === 0) return;
    console.log(`\nconformance: ${counts.map(({ name, tests }) => `${name} ${tests} tests`).join(', ')}`);
    if (new Set(counts.map(({ tests }) => tests)).size > 1) {
      console.error('conformance: every resource must run the same number of tests');
      process.exitCode = 1;
    }
  }
}
