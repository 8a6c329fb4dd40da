import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { seededReferences, syntheticEvents } from '../../bench/synthetic.mjs';
import { events } from '../../src/resources/events/index.js';
import { EVENT_KINDS } from '../../src/resources/events/kinds.js';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const kinds = Object.keys(EVENT_KINDS);
const generate = () => syntheticEvents({ kinds, ...seededReferences() });
const numbers = Array.from({ length: 2_000 }, (_, n) => n);

describe('synthetic events', () => {
  test('are the same each time, in whatever order they are made', () => {
    const [one, other] = [generate(), generate()];
    const made = numbers.map(one);
    expect(numbers.toReversed().map(other).toReversed()).toEqual(made);
  });

  test('do not depend on the machine', () => {
    const made = syntheticEvents({ kinds: ['call', 'visit'], actors: ['a', 'b', 'c'], areas: ['d'], sources: ['e'] });
    const text = JSON.stringify(numbers.map(made));
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'f33f9c13af901ce31d01271216cad3f5f228f3075b7a60c1276f672e27b1a7a7',
    );
  });

  test('are events as the service takes them, of every kind, status and precision', () => {
    const bodies = numbers.map(generate()).map((body) => events.kind.parse(body));
    expect(new Set(bodies.map(({ kind }) => kind)).size).toBe(kinds.length);
    expect(new Set(bodies.map(({ status }) => status)).size).toBe(7);
    const forms = new Set(bodies.map(({ date }) => String(date).replaceAll(/[0-9]/g, '0')));
    expect([...forms]).toEqual(
      expect.arrayContaining(['0000', '0000-00', '0000-00-00', '0000-00-XX', '0000-00~', '0000-00/..', '000X']),
    );
  });
});

describe('a database at volume', () => {
  test('is filled up to the number of events and continued from there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'chancery-volume-'));
    const script = `
      import { chancery } from ${JSON.stringify(new URL('../../bench/servers.mjs', import.meta.url).href)};
      import { loadSynthetic } from ${JSON.stringify(new URL('../../bench/volume-load.mjs', import.meta.url).href)};
      const url = ${JSON.stringify(`file:${join(folder, 'volume.db')}`)};
      await chancery(url, ['seed']);
      for (const count of [5, 5, 8]) await loadSynthetic(url, count, (line) => console.log(line.replace(/,.*/, '')));
    `;
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      });
      expect({ status, stderr, lines: stdout.trim().split('\n') }).toEqual({
        status: 0,
        stderr: '',
        lines: ['5 of 5 events', '8 of 8 events'],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 30_000);
});

function volume(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [at('bench/volume.mjs'), ...args], { encoding: 'utf8' });
  return { status, stderr: stderr.trim() };
}

describe('a wrong call of the benchmark at volume', () => {
  test.each([
    [['--engine', 'both'], 'bench: --engine must be one of sqlite, postgres; got "both"'],
    [['--events', '1e6'], 'bench: --events must be a whole number from 1 to 99999999; got "1e6"'],
    [['--events', '0'], 'bench: --events must be a whole number from 1 to 99999999; got "0"'],
    [['--database', ''], 'bench: --database must be the path of a file'],
    [['--only', 'nothing'], /^bench: --only must be part of one of list of 50; .*; export; got "nothing"$/],
  ])('%j is told with exit code 2', (args, message) => {
    const { status, stderr } = volume(...args);
    expect(status).toBe(2);
    expect(stderr).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  test('names the scenarios of the documentation', () => {
    const names = /one of (.*); export; got/.exec(volume('--only', 'nothing').stderr)?.[1]?.split('; ') ?? [];
    const section = readFileSync(at('docs/benchmarks.md'), 'utf8').split('\n## At volume\n')[1] ?? '';
    const rows = section.split('\n').filter((line) => /^\| .* \| `GET[ `]/.test(line));
    expect(names).toEqual(rows.map((line) => line.split(' | ')[0]?.slice(2)));
    expect(names.length).toBeGreaterThan(0);
  });
});
