import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

function sync(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [at('bench/sync.mjs'), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr: stderr.trim() };
}

describe('a wrong call of the benchmark of exchange', () => {
  test.each([
    [['--engine', 'postgres'], 'bench: --engine must be one of sqlite, both; got "postgres"'],
    [['--records', '1e6'], 'bench: --records must be a whole number from 1 to 99999999; got "1e6"'],
    [['--records', '0'], 'bench: --records must be a whole number from 1 to 99999999; got "0"'],
    [['--database', ''], 'bench: --database must be the path of a file'],
    [['--only', 'nothing'], 'bench: --only must be part of one of feed; snapshot; import; batch; got "nothing"'],
    [['--events', '5'], "bench: Unknown option '--events'"],
  ])('%j is told with exit code 2', (args, message) => {
    expect(sync(...args)).toEqual({ status: 2, stdout: '', stderr: message });
  });

  test('names the scenarios of the documentation', () => {
    const names = /one of (.*); got/.exec(sync('--only', 'nothing').stderr)?.[1]?.split('; ');
    const [, section] = readFileSync(at('docs/benchmarks.md'), 'utf8').split(/^## (?=Sync$|At volume$)/m);
    const rows = (section ?? '').split('\n').filter((line) => /^\| .* \| `(?:GET|POST) /.test(line));
    expect(names).toEqual(rows.map((line) => line.split(' | ')[0]?.slice(2)));
  });
});

describe('the benchmark of exchange', () => {
  /** What it says of one scenario over a database of its own, which is made and removed again. */
  function measured(scenario: string) {
    const { status, stdout, stderr } = sync('--quick', '--json', '--records', '20', '--only', scenario);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/error/i) });
    const { scenarios } = JSON.parse(stdout);
    expect(scenarios).toHaveLength(1);
    return scenarios[0];
  }
  const ratios = [
    {
      of: 'chancery/sqlite',
      to: 'baseline',
      ...{ median: expect.any(Number) },
      min: expect.any(Number),
      max: expect.any(Number),
    },
  ];

  test('reads the same from the program and from its baseline', () => {
    const server = { records: expect.any(Number), perSecond: expect.any(Number) };
    const feed = measured('feed');
    expect(feed).toMatchObject({ scenario: 'feed', servers: [server, server], ratios });
    const [program, baseline] = feed.servers;
    expect(program.records).toBe(baseline.records);
    expect(program.records).toBeGreaterThan(700);
  }, 60_000);

  test('has the same written by the program and by its baseline', () => {
    const server = { records: 500, perSecond: expect.any(Number) };
    expect(measured('import')).toMatchObject({ scenario: 'import', servers: [server, server], ratios });
  }, 120_000);
});
