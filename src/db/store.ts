import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { TableName, Tables } from './tables/index.js';

/** The part of Drizzle's query builder that both dialects share; typed by the PostgreSQL side, the type master. */
export type Db = Pick<
  PgDatabase<PgQueryResultHKT, Record<string, never>>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'with' | '$with'
>;

/** Values for the placeholders of a statement, by name. */
export type Values = Readonly<Record<string, string | number | boolean | null>>;

/** A Drizzle query, or anything else that can be prepared to give rows of type `Row`. */
export interface Preparable<Row> {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<Row[]> };
}

/** A Drizzle insert, update or delete without `returning`. */
export interface PreparableCommand {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<unknown> };
}

/**
 * Reads on one connection. A statement is built and prepared once for each `shape` and kept; so `build` may depend on
 * nothing that the shape does not name, and values go in as placeholders.
 */
export interface Reader {
  /** Where reading well takes other statements on one engine than on the other, which of them it is. */
  readonly engine: 'sqlite' | 'postgres';
  all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]>;
  /** The first row, or undefined. */
  get<Row>(
    shape: string,
    build: (db: Db, tables: Tables) => Preparable<Row>,
    values?: Values,
  ): Promise<Row | undefined>;
}

/**
 * A write transaction. Only SQL inside it: no fetch, no file, no timer, no second `write`. Once a statement has failed,
 * no other may follow, but for those outside the `attempt` that it failed in.
 */
export interface Tx extends Reader {
  // Statements that are not waited for reach the database in the order of the calls.
  /** Runs a command and gives the number of rows it changed. */
  run(shape: string, build: (db: Db, tables: Tables) => PreparableCommand, values?: Values): Promise<number>;
  /** Inserts rows that all have the same columns. */
  insert<Name extends TableName>(table: Name, rows: readonly Tables[Name]['$inferInsert'][]): Promise<void>;
  /**
   * A part of the transaction that leaves nothing behind when it throws, after which the transaction may go on. `work`
   * gets a transaction of its own; nothing else may be asked of this one until the attempt has come to its end.
   */
  attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** A moment for other work of this process, in transactions of very many statements; mostly none is needed. */
  breathe(): Promise<void>;
}

/** A database of either dialect: one writer at a time, in all processes together, and readers beside it. */
export interface Store extends Reader {
  readonly tables: Tables;
  /**
   * Several reads of one state of the database. `work` may run again from its start as long as it has not resolved. One
   * that may take `long` holds up no others.
   */
  snapshot<T>(work: (reader: Reader) => Promise<T>, long?: 'long'): Promise<T>;
  /**
   * One transaction: commits when `work` resolves, leaves nothing behind when it throws. Calls are queued. `work` may
   * run again from its start when nothing of it was committed.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls back soon after each commit by any process, and now and then without one; gives the end of it. */
  watch(listener: () => void): () => void;
  /** Periodic upkeep; `loaded` after a bulk load, when planner statistics and the like are needed at once. */
  maintain(loaded?: boolean): Promise<void>;
  close(): Promise<void>;
  /** Statements run so far; tests assert how many an answer took. */
  readonly statementsRun: number;
}
