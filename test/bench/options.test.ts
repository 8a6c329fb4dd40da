import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function bench(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [at('bench/run.mjs'), ...args], { encoding: 'utf8' });
  return { status, stderr: stderr.trim() };
}

describe('a wrong call of the benchmark', () => {
  test.each([
    [['--engine', 'mysql'], 'bench: --engine must be one of sqlite, postgres, both; got "mysql"'],
    [['--engine', 'toString'], 'bench: --engine must be one of sqlite, postgres, both; got "toString"'],
    [['--fast'], "bench: Unknown option '--fast'"],
    [['--engine'], "bench: Option '--engine <value>' argument missing"],
  ])('%j is told with exit code 2', (args, message) => {
    expect(bench(...args)).toEqual({ status: 2, stderr: message });
  });

  test('a scenario that there is not is answered with those of the documentation', () => {
    const { status, stderr } = bench('--only', 'nothing');
    expect(status).toBe(2);
    const names = /one of (.*); got "nothing"$/.exec(stderr)?.[1]?.split('; ') ?? [];
    const [part = ''] = readFileSync(at('docs/benchmarks.md'), 'utf8').split('\n## Sync\n');
    const documented = part
      .split('\n')
      .filter((line) => /^\| .* \| `(?:GET|POST) |^\| .* \| as .* with `If-None-Match` /.test(line))
      .map((line) => line.split(' | ')[0]?.slice(2));
    expect(names).toEqual(documented);
    expect(names.length).toBeGreaterThan(0);
  });
});
