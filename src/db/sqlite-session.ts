import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Compiled } from './compiled.js';
import { DatabaseError, fromSqlite } from './errors.js';
import { tables as sqliteTables } from './schema.sqlite.js';
import { insertRows, Statements } from './statements.js';
import type { Db, Preparable, PreparableCommand, Reader, Tx, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

/** How long a reading connection waits for another process; the event loop stands still meanwhile. */
export const BUSY_TIMEOUT_MS = 250;
/** The same while the database is opened, when others may be making it. */
const OPEN_WAIT_MS = 10_000;
/** For how long a transaction may hold up the event loop before others have a turn. */
const BREATH_MS = 10;
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** Readers read from the mapped file, which is the memory of the system, and keep little beside it; 2 GB is SQLite's most. */
const READING = { cacheKb: 8 * 1024, mapped: 0x7fff0000 };
const WRITING = { cacheKb: 64 * 1024, mapped: 256 * 1024 * 1024 };

/** Opens a connection with the settings that all of ours have. Raises what better-sqlite3 raises. */
export function connect(path: string, readonly: boolean): Database.Database {
  const connection = new Database(path, { readonly, timeout: readonly ? BUSY_TIMEOUT_MS : OPEN_WAIT_MS });
  if (!readonly) {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
  }
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  connection.pragma('trusted_schema = OFF');
  connection.pragma('cell_size_check = ON');
  const { cacheKb, mapped } = readonly ? READING : WRITING;
  connection.pragma(`cache_size = -${cacheKb}`);
  connection.pragma(`mmap_size = ${mapped}`);
  return connection;
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
export class Session implements Reader {
  readonly engine = 'sqlite';
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
export class Transaction extends Session implements Tx {
  /** Why no statement may follow. After some failures SQLite has rolled back already, and would commit each by itself. */
  #refusal: unknown;
  #breathed = performance.now();

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
    const columns = Object.keys(rows[0] ?? {});
    const shape = `insert ${table}(${columns.join()})`;
    for (const row of rows) await this.run(shape, insertRows(table, columns), row as Values);
  }

  async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const part = new Transaction(this.connection, this.statements);
    this.connection.exec('savepoint attempt');
    try {
      const result = await work(part);
      part.requireWhole();
      this.connection.exec('release attempt');
      return result;
    } catch (error) {
      this.#undoAttempt(error);
      throw fromSqlite(error);
    } finally {
      // A statement of it that comes late must not find its way into the rest of the transaction.
      part.end();
    }
  }

  /** A full disk and the like make SQLite roll back the whole transaction, which then may not go on. */
  #undoAttempt(error: unknown): void {
    if (this.connection.inTransaction) this.connection.exec('rollback to attempt; release attempt');
    else this.failed(error);
  }

  async breathe(): Promise<void> {
    if (performance.now() - this.#breathed < BREATH_MS) return;
    await turn();
    this.#breathed = performance.now();
  }
}
