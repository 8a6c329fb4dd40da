import { type Column, is, type SQL, sql } from 'drizzle-orm';
import * as pg from 'drizzle-orm/pg-core';
import * as sqlite from 'drizzle-orm/sqlite-core';

/** Text compared byte by byte on both engines: ids, slugs, codes and sort keys. */
const byteText = pg.customType<{ data: string }>({ dataType: () => 'text collate "C"' });

/** The column makers of PostgreSQL. This kit is the type master: every table has the types it gives. */
export const postgresKit = {
  table: pg.pgTable,
  /** Ids, slugs, codes, sort keys. */
  key: (name: string) => byteText(name),
  /** Prose and documents; never sorted by. */
  text: (name: string) => pg.text(name),
  integer: (name: string) => pg.integer(name),
  /** Whole numbers up to 2^53: revisions, day numbers. */
  big: (name: string) => pg.bigint(name, { mode: 'number' }),
  real: (name: string) => pg.doublePrecision(name),
  flag: (name: string) => pg.boolean(name),
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
};

export type Kit = typeof postgresKit;

/** The same makers for SQLite, cast to the master's types here and nowhere else. */
export const sqliteKit = {
  table: sqlite.sqliteTable,
  key: (name: string) => sqlite.text(name),
  text: (name: string) => sqlite.text(name),
  integer: (name: string) => sqlite.integer(name),
  big: (name: string) => sqlite.integer(name),
  real: (name: string) => sqlite.real(name),
  flag: (name: string) => sqlite.integer(name, { mode: 'boolean' }),
  index: sqlite.index,
  uniqueIndex: sqlite.uniqueIndex,
  primaryKey: sqlite.primaryKey,
} as unknown as Kit;

/** The predicate of partial indexes over current rows; written so that both engines read it alike. */
export const isCurrent = sql`until is null`;

/**
 * A column in a comparison that SQLite must not look up by an index. PostgreSQL weighs indexes by its statistics, which
 * it has of columns and not of expressions.
 */
export function unindexed(column: Column): SQL {
  return is(column, sqlite.SQLiteColumn) ? sql`+${column}` : sql`${column}`;
}
