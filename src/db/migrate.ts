import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { ClientBase } from 'pg';
import { DatabaseError } from './errors.js';
import { tables as postgresTables } from './schema.postgres.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
/** Where drizzle-kit's own migrator would note the same: hash and time of making of each applied migration. */
const NOTES = '__drizzle_migrations';
/** Key of the advisory lock that keeps processes from migrating one PostgreSQL database at once. */
const LOCK = 7_241_500_113;

/** `apply` brings the database up to date; `require` refuses one that is not. */
export type Migrate = 'apply' | 'require';

interface Migration {
  /** When it was made, milliseconds since 1970: migrations are applied in that order. */
  when: number;
  hash: string;
  statements: string[];
}

/** Migrations that a database lacks. Raises DatabaseError when it is newer than the program, or must not be changed. */
function pending(dialect: 'sqlite' | 'postgres', applied: number, migrate: Migrate): Migration[] {
  const migrations = readMigrationFiles({ migrationsFolder: `${MIGRATIONS}${dialect}` });
  if (applied > (migrations.at(-1)?.folderMillis ?? 0)) {
    throw new DatabaseError('other', 'the database was made by a newer version of Chancery; install that version');
  }
  const missing = migrations.filter(({ folderMillis }) => folderMillis > applied);
  if (missing.length > 0 && migrate === 'require') {
    throw new DatabaseError(
      'other',
      'the database is empty or of an older version; run `chancery migrate` on it first',
    );
  }
  return missing.map(({ folderMillis, hash, sql }) => ({ when: folderMillis, hash, statements: sql }));
}

/** Brings a SQLite database up to date, each process in its turn. Raises DatabaseError as `pending` does. */
export function migrateSqlite(connection: Database.Database, migrate: Migrate): void {
  // Looked at without a lock first, so that a database which is up to date is only read.
  if (pending('sqlite', appliedSqlite(connection), migrate).length > 0) {
    connection.exec('begin immediate');
    try {
      connection.exec(
        `create table if not exists ${NOTES} (id serial primary key, hash text not null, created_at numeric)`,
      );
      for (const { when, hash, statements } of pending('sqlite', appliedSqlite(connection), migrate)) {
        for (const statement of statements) connection.exec(statement);
        connection.prepare(`insert into ${NOTES} (hash, created_at) values (?, ?)`).run(hash, when);
      }
      connection.exec('commit');
    } finally {
      if (connection.inTransaction) connection.exec('rollback');
    }
  }
  const there = connection.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
  requireTables(new Set(there));
}

/** When the newest applied migration was made; 0 for an empty database. */
function appliedSqlite(connection: Database.Database): number {
  const table = connection.prepare('select 1 from sqlite_master where name = ?').get(NOTES);
  if (table === undefined) return 0;
  return Number(connection.prepare(`select max(created_at) from ${NOTES}`).pluck().get() ?? 0);
}

/**
 * Brings a PostgreSQL database up to date, one process at a time. One that is up to date needs no right to change it.
 * Raises DatabaseError as `pending` does.
 */
export async function migratePostgres(client: ClientBase, migrate: Migrate): Promise<void> {
  if (pending('postgres', await appliedPostgres(client), migrate).length > 0) {
    await client.query('begin; set local statement_timeout = 0; set local lock_timeout = 0');
    try {
      await client.query(`select pg_advisory_xact_lock(${LOCK})`);
      await client.query(
        `create table if not exists ${NOTES} (id serial primary key, hash text not null, created_at bigint)`,
      );
      for (const { when, hash, statements } of pending('postgres', await appliedPostgres(client), migrate)) {
        // The tool names the schema of references; ours is whichever comes first on the search path.
        for (const statement of statements) await client.query(statement.replaceAll('"public".', ''));
        await client.query(`insert into ${NOTES} (hash, created_at) values ($1, $2)`, [hash, when]);
      }
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  }
  const { rows } = await client.query<{ name: string }>(
    'select tablename as name from pg_tables where schemaname = current_schema()',
  );
  requireTables(new Set(rows.map(({ name }) => name)));
}

async function appliedPostgres(client: ClientBase): Promise<number> {
  const { rows: found } = await client.query(`select to_regclass('${NOTES}') is not null as there`);
  if (found[0]?.there !== true) return 0;
  const { rows } = await client.query(`select max(created_at) as applied from ${NOTES}`);
  return Number(rows[0]?.applied ?? 0);
}

function requireTables(there: ReadonlySet<string>): void {
  const missing = Object.values(postgresTables)
    .map((table) => getTableName(table))
    .filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new DatabaseError(
    'corrupt',
    `the database lacks the ${missing.length === 1 ? 'table' : 'tables'} ${missing.join(', ')}; restore a backup`,
  );
}
