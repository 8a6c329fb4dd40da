import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Neither tool may report use or ask for updates. */
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true', NO_COLOR: '1' };
const DOCUMENT = 'openapi/openapi.json';

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${command}`, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...QUIET },
  });
  return { status, stdout, stderr };
}

test('Redocly has nothing to say about the committed document', () => {
  const { stdout, stderr, status } = run('redocly', 'lint', DOCUMENT, '--config=redocly.yaml', '--format=json');
  const report = JSON.parse(stdout) as { totals: object; problems: { ruleId: string; message: string }[] };
  expect(
    report.problems.map(({ ruleId, message }) => `${ruleId}: ${message}`),
    stderr,
  ).toEqual([]);
  expect(report.totals).toEqual({ errors: 0, warnings: 0, ignored: 0 });
  expect(status).toBe(0);
});

test('Spectral has nothing to say about the committed document', () => {
  const { stdout, stderr, status } = run(
    'spectral',
    'lint',
    DOCUMENT,
    '--ruleset=.spectral.yaml',
    '--fail-severity=hint',
    '--format=text',
  );
  expect(stdout.trim(), stderr).toMatch(/^No results with a severity of 'hint' or higher found!$/);
  expect(status).toBe(0);
});
