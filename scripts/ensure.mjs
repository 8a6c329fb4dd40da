// Installs and builds what is missing or out of date, so that `npm start` and `npm test` work on a fresh clone.
// Contents decide, never times of files: a clone or a change of branch sets those at will.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

requireNode(readJson(at('package.json')).engines.node.replace(/^>=/, ''));
// `--include=dev`, because the build needs the compiler also where NODE_ENV is production.
if (!isInstalled()) run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
// An update of Node leaves the compiled part of the driver behind.
if (!driverLoads()) run('npm', ['rebuild', 'better-sqlite3']);
if (!isBuilt()) {
  run(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);
  writeFileSync(at('dist', '.built'), fingerprint());
}

function run(command, args) {
  process.stderr.write(`> ${command} ${args.join(' ').replaceAll(root, './')}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) process.stderr.write(`${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

function requireNode(least) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  process.stderr.write(`Chancery needs Node ${least} or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}

/**
 * Whether every package of the lock file lies in node_modules in that version. npm writes its list of them last, so an
 * install that was broken off counts as none; it leaves out what is optional or for another platform.
 */
function isInstalled() {
  const list = at('node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const installed = readJson(list).packages;
  return Object.entries(readJson(at('package-lock.json')).packages).every(([path, wanted]) => {
    if (!path.includes('node_modules/') || wanted.extraneous) return true;
    const there = installed[path];
    const mayBeAbsent = wanted.optional || wanted.devOptional || wanted.peer || wanted.os || wanted.cpu;
    return there === undefined ? Boolean(mayBeAbsent) : there.version === wanted.version;
  });
}

function driverLoads() {
  try {
    const Database = createRequire(at('package.json'))('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

function isBuilt() {
  const stamp = at('dist', '.built');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

/** Hash of what the build reads and of what it wrote. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(at('tsconfig.json')));
  for (const folder of [at('src'), at('dist')]) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== '.built',
    );
    const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
    for (const path of paths) hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}
