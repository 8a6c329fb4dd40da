import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Compiled } from './compiled.js';
import { DatabaseError, type DatabaseFault, fromSqlite } from './errors.js';
import { type Migrate, migrateSqlite } from './migrate.js';
import { tables as sqliteTables } from './schema.sqlite.js';
import { SqliteWatch } from './sqlite-watch.js';
import { insertRows, Statements } from './statements.js';
import type { Db, Preparable, PreparableCommand, Reader, Store, Tx, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

const SNAPSHOT_READERS = 4;
/** How long a reading connection waits for another process; the event loop stands still meanwhile. */
const BUSY_TIMEOUT_MS = 250;
/** The same while the database is opened, when others may be making it. */
const OPEN_WAIT_MS = 10_000;
/** How long a write waits for those of other processes, and how often it looks; the event loop goes on meanwhile. */
const WRITE_WAIT_MS = 5_000;
const WRITE_LOOK_MS = 1;
/** How long single reads share one read transaction; opening one costs more than a point read does. */
const SHARED_READ_MS = 5;
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;

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

function connect(path: string, readonly: boolean): Database.Database {
  const connection = new Database(path, { readonly, timeout: readonly ? BUSY_TIMEOUT_MS : OPEN_WAIT_MS });
  if (!readonly) {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
  }
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cell_size_check = ON');
  connection.pragma('cache_size = -65536');
  connection.pragma('mmap_size = 268435456');
  return connection;
}

/** better-sqlite3 has STAT4: with its samples every prepared statement is planned again at each new binding. */
function checkPlannerStatistics(connection: Database.Database): void {
  const found = connection.prepare("select 1 from sqlite_master where name = 'sqlite_stat4'").get();
  if (found !== undefined) connection.exec('delete from sqlite_stat4');
}

/** A compiled query, prepared on one connection. */
class SqliteStatement {
  readonly #statement: Database.Statement<unknown[], unknown[]>;
  readonly #compiled: Compiled;

  constructor(connection: Database.Database, compiled: Compiled) {
    this.#compiled = compiled;
    this.#statement = connection.prepare<unknown[], unknown[]>(compiled.text);
    if (this.#statement.reader) this.#statement.raw();
  }

  all(values: Values): unknown[] {
    return this.#statement.all(...this.#compiled.bind(values)).map((row) => this.#compiled.object(row));
  }

  get(values: Values): unknown {
    const row = this.#statement.get(...this.#compiled.bind(values));
    return row && this.#compiled.object(row);
  }

  run(values: Values): number {
    return this.#statement.run(...this.#compiled.bind(values)).changes;
  }
}

/** The prepared statements of a connection. */
export function sqliteStatements(connection: Database.Database): Statements<SqliteStatement> {
  const db = drizzle(connection) as unknown as Db;
  return new Statements(db, sqliteTables, (compiled) => new SqliteStatement(connection, compiled));
}

/** One connection with its prepared statements. */
class Session implements Reader {
  readonly connection: Database.Database;
  readonly statements: Statements<SqliteStatement>;

  constructor(connection: Database.Database, statements = sqliteStatements(connection)) {
    this.connection = connection;
    this.statements = statements;
  }

  async all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]> {
    try {
      return this.take(shape, build).all(values ?? {}) as Row[];
    } catch (error) {
      throw this.failed(error);
    }
  }

  async get<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values) {
    try {
      return this.take(shape, build).get(values ?? {}) as Row | undefined;
    } catch (error) {
      throw this.failed(error);
    }
  }

  protected take(shape: string, build: (db: Db, tables: Tables) => PreparableCommand): SqliteStatement {
    return this.statements.take(shape, build);
  }

  protected failed(error: unknown): unknown {
    return fromSqlite(error);
  }
}

/** One write transaction on the writing connection. */
class Transaction extends Session implements Tx {
  /** Why no statement may follow. After some failures SQLite has rolled back already, and would commit each by itself. */
  #refusal: unknown;

  /** Refuses statements from now on: one that comes late would belong to the next transaction. */
  end(): void {
    this.#refusal ??= new Error('the transaction has ended');
  }

  /** Raises DatabaseError when a statement failed and its caller went on all the same. */
  requireWhole(): void {
    if (this.#refusal !== undefined) throw new DatabaseError('other', 'a failed statement was passed over');
  }

  protected override take(shape: string, build: (db: Db, tables: Tables) => PreparableCommand): SqliteStatement {
    if (this.#refusal !== undefined) throw this.#refusal;
    return super.take(shape, build);
  }

  protected override failed(error: unknown): unknown {
    this.#refusal ??= super.failed(error);
    return this.#refusal;
  }

  async run(shape: string, build: (db: Db, tables: Tables) => PreparableCommand, values?: Values): Promise<number> {
    try {
      return this.take(shape, build).run(values ?? {});
    } catch (error) {
      throw this.failed(error);
    }
  }

  async insert<Name extends TableName>(table: Name, rows: readonly Tables[Name]['$inferInsert'][]): Promise<void> {
    for (const row of rows) {
      const columns = Object.keys(row);
      await this.run(`insert ${table}(${columns.join()})`, insertRows(table, columns), row as Values);
    }
  }
}

/** Whether the write transaction was begun; false when another process writes, unless it is the `last` try. */
function tryToBegin(connection: Database.Database, last: boolean): boolean {
  try {
    connection.exec('begin immediate');
    return true;
  } catch (error) {
    if (!last && String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
    throw error;
  }
}

class SqliteStore implements Store {
  readonly tables = sqliteTables;
  readonly #writer: Session;
  readonly #reader: Session;
  readonly #snapshots: Session[] = [];
  readonly #free: Session[] = [];
  readonly #waiting: ((session: Session) => void)[] = [];
  readonly #path: string;
  readonly #commits: SqliteWatch;
  #queue: Promise<unknown> = Promise.resolve();
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
    try {
      session.connection.exec('begin');
      return await work(session);
    } catch (error) {
      throw fromSqlite(error);
    } finally {
      if (session.connection.inTransaction) session.connection.exec('commit');
      this.#release(session);
    }
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#transaction(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  watch(listener: () => void): () => void {
    return this.#commits.add(listener);
  }

  async maintain(): Promise<void> {
    await this.#queue;
    if (this.#closed) return;
    this.#writer.connection.pragma('wal_checkpoint(PASSIVE)');
    this.#writer.connection.pragma('analysis_limit = 1000');
    this.#writer.connection.pragma('optimize');
  }

  async close(): Promise<void> {
    await this.#queue;
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
