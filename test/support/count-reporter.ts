import { basename } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

interface Count {
  engine: string;
  resource: string;
  tests: number;
}

/**
 * Prints how many tests ran on each engine, and how many conformance tests each resource ran there; fails the run when
 * a resource or an engine ran another number of those than the rest.
 */
export default class CountReporter implements Reporter {
  #engines: readonly string[] = [];

  onInit({ projects }: Vitest): void {
    this.#engines = projects.map(({ name }) => name);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const byEngine = this.#engines.map((engine) => {
      const own = modules.filter(({ project }) => project.name === engine);
      return `${engine} ${own.reduce((sum, module) => sum + ran(module), 0).toLocaleString('en')}`;
    });
    console.log(`\ntests: ${byEngine.join(', ')}`);
    const counts = modules.filter(({ moduleId }) => moduleId.includes('/test/conformance/')).map(countOf);
    if (counts.length > 0) this.#compare(counts);
  }

  #compare(counts: readonly Count[]): void {
    for (const engine of this.#engines) {
      const own = counts.filter((count) => count.engine === engine);
      const each = own.map(({ resource, tests }) => `${resource} ${tests}`).sort();
      const total = own.reduce((sum, { tests }) => sum + tests, 0);
      console.log(`conformance: ${engine} ${total.toLocaleString('en')} (${each.join(', ') || 'none'})`);
    }
    const resources = [...new Set(counts.map(({ resource }) => resource))];
    // An engine that a resource did not run on at all counts as none.
    const all = resources.flatMap((resource) =>
      this.#engines.map((engine) => {
        const found = counts.find((count) => count.engine === engine && count.resource === resource);
        return found?.tests ?? 0;
      }),
    );
    if (new Set(all).size === 1) return;
    console.error('conformance: every resource must run the same number of tests, on every engine');
    process.exitCode = 1;
  }
}

function ran(module: TestModule): number {
  return [...module.children.allTests()].filter((test) => test.result().state !== 'skipped').length;
}

function countOf(module: TestModule): Count {
  return {
    engine: module.project.name,
    resource: basename(module.moduleId, '.test.ts'),
    tests: ran(module),
  };
}
