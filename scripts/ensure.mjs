// Installs and builds what is missing or out of date, so that `npm start` and `npm test` work on a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(command, args) {
  process.stderr.write(`> ${command} ${args.join(' ')}\n`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

function newestIn(folder) {
  return Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => changedAt(join(folder, name))));
}

if (changedAt(at('node_modules', '.package-lock.json')) < changedAt(at('package-lock.json')))
  run('npm', ['ci', '--no-audit', '--no-fund']);
if (changedAt(at('dist', 'main.js')) < newestIn(at('src')))
  run(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
