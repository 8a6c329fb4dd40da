import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { DatabaseError } from './errors.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

interface MigrationJournal {
  entries: { when: number; tag: string }[];
}

/** Brings a SQLite database up to date. Raises DatabaseError when the database is newer than the program. */
export function migrateSqlite(connection: Database.Database): void {
  const folder = `${MIGRATIONS}sqlite`;
  const journal = JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8')) as MigrationJournal;
  const newest = journal.entries.at(-1)?.when ?? 0;
  const applied = appliedSqlite(connection);
  if (applied > newest) {
    throw new DatabaseError('other', 'the database was made by a newer version of Chancery; install that version');
  }
  if (applied === newest) return;
  migrate(drizzle(connection), { migrationsFolder: folder });
}

/** When the newest applied migration was made (milliseconds); 0 for an empty database. */
function appliedSqlite(connection: Database.Database): number {
  const table = connection.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get();
  if (table === undefined) return 0;
  const row = connection.prepare('select max(created_at) as applied from __drizzle_migrations').get() as {
    applied: number | null;
  };
  return Number(row.applied ?? 0);
}
