import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { DatabaseError, type DatabaseFault, fromSqlite } from './errors.js';
import { type Migrate, migrateSqlite } from './migrate.js';
import { Queue } from './queue.js';
import { tables as sqliteTables } from './schema.sqlite.js';
import { BUSY_TIMEOUT_MS, connect, Session, Transaction } from './sqlite-session.js';
import { SqliteWatch } from './sqlite-watch.js';
import type { Db, Preparable, Reader, Store, Tx, Values } from './store.js';
import type { Tables } from './tables/index.js';

const SNAPSHOT_READERS = 4;
/** How long a write waits for those of other processes, and how often it looks; the event loop goes on meanwhile. */
const WRITE_WAIT_MS = 5_000;
const WRITE_LOOK_MS = 1;
/** How long single reads share one read transaction; opening one costs more than a point read does. */
const SHARED_READ_MS = 5;

export interface SqliteOptions {
  /** Path of the database file; its folder is made if missing. */
  path: string;
  migrate?: Migrate;
}

/** Opens a SQLite database. Raises DatabaseError when it cannot be opened, is damaged or is newer than the program. */
export function openSqlite({ path, migrate = 'apply' }: SqliteOptions): Store {
  try {
    if (migrate === 'require' && !existsSync(path)) throw new DatabaseError('cannot-open', `there is no file ${path}`);
    mkdirSync(dirname(path), { recursive: true });
    const writer = connect(path, false);
    migrateSqlite(writer, migrate);
    checkPlannerStatistics(writer);
    writer.pragma('busy_timeout = 0');
    return new SqliteStore(path, writer);
  } catch (error) {
    throw openFailure(path, error);
  }
}

/** A reading connection alone, for a thread that does one thing after the other. Raises DatabaseError as it opens. */
export function openSqliteReader(path: string): Pick<Store, 'snapshot'> {
  const session = new Session(connect(path, true));
  return { snapshot: (work) => inSnapshot(session, work) };
}

async function inSnapshot<T>(session: Session, work: (reader: Reader) => Promise<T>): Promise<T> {
  const { connection } = session;
  try {
    connection.exec('begin');
    return await work(session);
  } catch (error) {
    throw fromSqlite(error);
  } finally {
    if (connection.inTransaction) connection.exec('commit');
  }
}

const REMEDIES: Partial<Record<DatabaseFault, string>> = {
  corrupt: 'it is damaged or no database; restore a backup, or set DATABASE_URL to another file',
  'cannot-open': 'make file and folder readable and writable, or set DATABASE_URL to another file',
  'read-only': 'make file and folder writable, or set DATABASE_URL to another file',
  busy: 'another program is writing to it; stop that or try again',
  full: 'the disk is full or cannot be written; free some space',
};

/** What went wrong with which file, and what to do about it. */
function openFailure(path: string, error: unknown): unknown {
  const { syscall, code } = error as NodeJS.ErrnoException;
  const known =
    syscall === 'mkdir'
      ? new DatabaseError('cannot-open', `${code}: cannot make its folder`, error)
      : fromSqlite(error);
  const remedy = known instanceof DatabaseError ? REMEDIES[known.fault] : undefined;
  if (!(known instanceof DatabaseError) || remedy === undefined) return known;
  return new DatabaseError(known.fault, `cannot open ${path}: ${remedy} (${known.message})`, error);
}

/** better-sqlite3 has STAT4: with its samples every prepared statement is planned again at each new binding. */
function checkPlannerStatistics(connection: Database.Database): void {
  const found = connection.prepare("select 1 from sqlite_master where name = 'sqlite_stat4'").get();
  if (found !== undefined) connection.exec('delete from sqlite_stat4');
}

/** Whether the write transaction was begun; false when another process writes, unless it is the `last` try. */
function tryToBegin(connection: Database.Database, last: boolean): boolean {
  try {
    connection.exec('begin immediate');
    return true;
  } catch (error) {
    if (!last && isBusy(error)) return false;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

class SqliteStore implements Store {
  readonly engine = 'sqlite';
  readonly tables = sqliteTables;
  readonly #writer: Session;
  readonly #reader: Session;
  readonly #snapshots: Session[] = [];
  readonly #free: Session[] = [];
  readonly #waiting: ((session: Session) => void)[] = [];
  readonly #path: string;
  readonly #commits: SqliteWatch;
  readonly #writes = new Queue();
  #closed = false;
  #sharing: NodeJS.Timeout | undefined;

  constructor(path: string, writer: Database.Database) {
    this.#path = path;
    this.#writer = new Session(writer);
    this.#reader = new Session(connect(path, true));
    this.#commits = new SqliteWatch(() => connect(path, true));
  }

  get statementsRun(): number {
    return [this.#writer, this.#reader, ...this.#snapshots].reduce((sum, s) => sum + s.statements.executed, 0);
  }

  all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]> {
    this.#share();
    return this.#reader.all(shape, build, values);
  }

  get<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values) {
    this.#share();
    return this.#reader.get(shape, build, values);
  }

  async snapshot<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const session = await this.#lease();
    return inSnapshot(session, work).finally(() => this.#release(session));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#writes.add(() => this.#transaction(work));
  }

  watch(listener: () => void): () => void {
    return this.#commits.add(listener);
  }

  maintain(loaded = false): Promise<void> {
    return this.#writes.add(() => this.#upkeep(loaded));
  }

  #upkeep(loaded: boolean): void {
    if (this.#closed) return;
    const { connection } = this.#writer;
    try {
      connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      connection.pragma('wal_checkpoint(PASSIVE)');
      connection.pragma('analysis_limit = 1000');
      connection.pragma('optimize');
      // A load leaves the words in many parts, each of which every search would look into.
      if (loaded) connection.exec("insert into search (search) values ('optimize')");
    } catch (error) {
      // Another process writes for longer than that; the next upkeep makes up for it.
      if (!isBusy(error)) throw fromSqlite(error);
    } finally {
      connection.pragma('busy_timeout = 0');
    }
  }

  async close(): Promise<void> {
    await this.#writes.settled();
    if (this.#closed) return;
    this.#closed = true;
    this.#unshare();
    this.#commits.close();
    for (const session of [this.#reader, ...this.#snapshots]) session.connection.close();
    this.#writer.connection.pragma('wal_checkpoint(TRUNCATE)');
    this.#writer.connection.close();
  }

  async #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { connection, statements } = this.#writer;
    const tx = new Transaction(connection, statements);
    try {
      await this.#begin(connection);
      const result = await work(tx);
      tx.requireWhole();
      connection.exec('commit');
      this.#unshare();
      this.#commits.tell();
      return result;
    } catch (error) {
      if (connection.inTransaction) connection.exec('rollback');
      throw fromSqlite(error);
    } finally {
      tx.end();
    }
  }

  /**
   * Begins to write, once other processes have done so. The turn of the event loop lets those in between, as it does
   * the reads of this process, when writes follow one another without a pause.
   */
  async #begin(connection: Database.Database): Promise<void> {
    const end = performance.now() + WRITE_WAIT_MS;
    await turn();
    while (!tryToBegin(connection, performance.now() > end)) await pause(WRITE_LOOK_MS);
  }

  /**
   * Opens the read transaction of single reads, if none is open. Each write of this process ends it, so that a reader
   * sees what was written before it asked; what another process writes is seen at most SHARED_READ_MS later.
   */
  #share(): void {
    if (this.#sharing !== undefined || this.#closed) return;
    try {
      this.#reader.connection.exec('begin');
    } catch (error) {
      throw fromSqlite(error);
    }
    this.#sharing = setTimeout(() => this.#unshare(), SHARED_READ_MS);
  }

  #unshare(): void {
    clearTimeout(this.#sharing);
    this.#sharing = undefined;
    if (this.#reader.connection.inTransaction) this.#reader.connection.exec('commit');
  }

  async #lease(): Promise<Session> {
    if (this.#closed) throw new DatabaseError('cannot-open', 'the database is closed');
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#snapshots.length < SNAPSHOT_READERS) {
      const session = new Session(connect(this.#path, true));
      this.#snapshots.push(session);
      return session;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(session: Session): void {
    const next = this.#waiting.shift();
    if (next) next(session);
    else this.#free.push(session);
  }
}
