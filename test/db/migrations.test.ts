import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { getTableConfig } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureHead, readHead } from '../../src/db/head.js';
import { tables } from '../../src/db/schema.sqlite.js';
import { openSqlite } from '../../src/db/sqlite.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chancery-migrations-'));
  path = join(folder, 'deeper', 'test.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function look<T>(work: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const applied = () =>
  look((database) => database.prepare('select hash, created_at from __drizzle_migrations order by id').all());

const newest = (
  JSON.parse(readFileSync(new URL('../../migrations/sqlite/meta/_journal.json', import.meta.url), 'utf8')) as {
    entries: { when: number }[];
  }
).entries;

describe('migrations', () => {
  it('make every defined table with its columns in a new database, and its folder', async () => {
    await openSqlite({ path }).close();
    const made = look((database) =>
      Object.values(tables).map((table) => {
        const { name } = getTableConfig(table as never);
        const columns = database.prepare(`pragma table_info(${name})`).all() as {
          name: string;
          notnull: number;
          pk: number;
        }[];
        return { name, columns: columns.map((c) => ({ name: c.name, notNull: c.notnull === 1 || c.pk > 0 })) };
      }),
    );
    const defined = Object.values(tables).map((table) => {
      const { name, columns, primaryKeys } = getTableConfig(table as never);
      const keys = primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
      return {
        name,
        columns: columns.map((c) => ({ name: c.name, notNull: c.notNull || c.primary || keys.includes(c.name) })),
      };
    });
    expect(made).toEqual(defined);
    expect(applied()).toHaveLength(newest.length);
  });

  it('make every defined index', async () => {
    await openSqlite({ path }).close();
    const made = look((database) =>
      database.prepare("select name from sqlite_master where type = 'index' and sql is not null").all(),
    ) as { name: string }[];
    const defined = Object.values(tables).flatMap((table) =>
      getTableConfig(table as never).indexes.map(({ config }) => config.name),
    );
    expect(made.map(({ name }) => name).sort()).toEqual(defined.sort());
  });

  it('leave a database that is up to date as it is', async () => {
    const first = openSqlite({ path });
    await first.write(ensureHead);
    const head = await readHead(first);
    await first.close();
    const before = applied();
    const second = openSqlite({ path });
    expect(await readHead(second)).toEqual(head);
    await second.close();
    expect(applied()).toEqual(before);
  });

  it('may run while another process has the database open', async () => {
    const [first, second] = [openSqlite({ path }), openSqlite({ path })];
    await first.write(ensureHead);
    expect((await readHead(second)).epoch).toBe((await readHead(first)).epoch);
    await first.close();
    await second.close();
  });

  it('are refused for a database that a newer version made', async () => {
    await openSqlite({ path }).close();
    look((database) => database.exec('update __drizzle_migrations set created_at = created_at + 1'));
    expect(() => openSqlite({ path })).toThrow(/newer version of Chancery; install that version/);
  });

  it('are not applied on demand: the database must have them already', async () => {
    expect(() => openSqlite({ path, migrate: 'require' })).toThrow(/there is no file/);
    await openSqlite({ path }).close();
    await openSqlite({ path, migrate: 'require' }).close();
    look((database) => database.exec('delete from __drizzle_migrations'));
    expect(() => openSqlite({ path, migrate: 'require' })).toThrow(
      /empty or of an older version; run `chancery migrate`/,
    );
  });

  it('are refused where a table was dropped since', async () => {
    await openSqlite({ path }).close();
    look((database) => database.exec('drop table milestones'));
    expect(() => openSqlite({ path })).toThrow(/lacks the table milestones; restore a backup/);
  });

  it('are applied once by processes that start together', async () => {
    const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
    const run = promisify(execFile);
    const environment = { ...process.env, DATABASE_URL: `file:${path}` };
    await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, [main, 'migrate'], { env: environment })));
    expect(look((database) => database.prepare('select count(*) as n from __drizzle_migrations').get())).toEqual({
      n: newest.length,
    });
    expect(look((database) => database.prepare('select count(*) as n from head').get())).toEqual({ n: 1 });
  });
});
