import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { loadSeeds } from '../../src/commands/seed.js';
import { openDatabase } from '../../src/db/open.js';
import { postgresAdmin } from './postgres-admin.js';
import { makeTemplate } from './postgres-templates.js';
import { openRaw, type Raw } from './raw.js';

/** A database of its own for a test or a file of tests: migrated, with its head row, on the engine of the project. */
export interface TestDatabase {
  engine: 'sqlite' | 'postgres';
  /** As DATABASE_URL takes it. */
  url: string;
  /** The file on SQLite; undefined on PostgreSQL. */
  path: string | undefined;
  /** Removes it with all connections to it. */
  remove(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** With the seeds loaded. */
  seeds?: boolean;
}

export function temporaryDatabase({ seeds = false }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  return inject('engine') === 'sqlite' ? temporarySqlite(seeds) : temporaryPostgres(seeds);
}

/** A copy with all that is in it. Nobody may be connected to the original. */
export async function copyDatabase({ path, url }: TestDatabase): Promise<TestDatabase> {
  if (path === undefined) return copyOf(new URL(url).pathname.slice(1));
  const file = sqliteFile();
  copyFileSync(path, file.path);
  return file;
}

/** A connection that may take rows away which others refer to; on PostgreSQL the foreign keys are gone for good. */
export async function openUnchecked({ engine, url }: TestDatabase): Promise<Raw> {
  const raw = await openRaw(url);
  if (engine === 'sqlite') await raw.script('pragma foreign_keys = off');
  else await dropForeignKeys(raw);
  return raw;
}

async function dropForeignKeys(raw: Raw): Promise<void> {
  const { rows } = await raw.query<{ owner: string; name: string }>(
    "select conrelid::regclass::text as owner, conname as name from pg_constraint where contype = 'f'",
  );
  for (const { owner, name } of rows) await raw.script(`alter table ${owner} drop constraint "${name}"`);
}

type SqliteDatabase = TestDatabase & { path: string };

function sqliteFile(): SqliteDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-test-'));
  const path = join(folder, 'test.db');
  return {
    engine: 'sqlite',
    url: `file:${path}`,
    path,
    async remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function temporarySqlite(seeds: boolean): Promise<TestDatabase> {
  const file = sqliteFile();
  const store = await openDatabase(file.url);
  if (seeds) await loadSeeds(store);
  await store.close();
  return file;
}

async function temporaryPostgres(seeds: boolean): Promise<TestDatabase> {
  const place = inject('postgres');
  const template = seeds
    ? await makeTemplate(place, 'template_seeded', loadSeeds)
    : await makeTemplate(place, 'template_empty');
  const database = await copyOf(template);
  const raw = await openRaw(database.url);
  // A database that was set up by itself would have an epoch of its own; cursors hold it.
  await raw.query('update head set epoch = ?, instance = ?', randomUUID(), randomUUID());
  await raw.close();
  return database;
}

async function copyOf(template: string): Promise<TestDatabase> {
  const { adminUrl, prefix } = inject('postgres');
  const admin = postgresAdmin(adminUrl);
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  await admin.createDatabase(name, template);
  return { engine: 'postgres', url: admin.url(name), path: undefined, remove: () => admin.dropDatabase(name) };
}
