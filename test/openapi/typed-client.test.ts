import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../typed-client', import.meta.url));

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr, error } = spawnSync(`node_modules/.bin/${command}`, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: `${stdout}${stderr}${error ?? ''}` };
}

beforeAll(() => {
  const { status, output } = run(
    'openapi-typescript',
    '../../openapi/openapi.json',
    // Fields with a default may be left out of requests.
    '--default-non-nullable=false',
    '--output=generated/api.ts',
  );
  expect(status, output).toBe(0);
}, 120_000);

test('a client of the document type-checks', () => {
  const { status, output } = run('tsc', '-p', 'tsconfig.json');
  expect(output).toBe('');
  expect(status).toBe(0);
}, 120_000);

test('a client that misuses the document does not, at each place', () => {
  const { status, output } = run('tsc', '-p', 'tsconfig.misuse.json');
  expect(status).not.toBe(0);
  const refused = [...output.matchAll(/^misuse\.ts\(([0-9]+),/gm)].map(([, line]) => Number(line));
  const wrong = readFileSync(`${folder}/misuse.ts`, 'utf8')
    .split('\n')
    .flatMap((text, index) => (text.includes('// WRONG') ? [index + 1] : []));
  expect(wrong.length).toBeGreaterThan(5);
  expect([...new Set(refused)]).toEqual(wrong);
}, 120_000);
