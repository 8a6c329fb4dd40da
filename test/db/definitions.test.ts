import { type PgTable, getTableConfig as postgresConfig } from 'drizzle-orm/pg-core';
import { type SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import * as postgres from '../../src/db/schema.postgres.js';
import * as sqlite from '../../src/db/schema.sqlite.js';

interface AnyConfig {
  name: string;
  columns: { name: string; notNull: boolean; primary: boolean; dataType: string }[];
  primaryKeys: { columns: { name: string }[] }[];
  foreignKeys: {
    reference(): { columns: { name: string }[]; foreignTable: object; foreignColumns: { name: string }[] };
  }[];
  indexes: { config: { name?: string; unique: boolean; where?: unknown; columns: unknown[] } }[];
}

type ReadConfig = (table: never) => unknown;

const names = (columns: readonly { name: string }[]) => columns.map(({ name }) => name);

/** What both dialects must have alike in a table. */
function outline(readConfig: ReadConfig, table: unknown) {
  const config = readConfig(table as never) as AnyConfig;
  return {
    name: config.name,
    columns: config.columns.map(({ name, notNull, primary, dataType }) => ({
      name,
      notNull: notNull || primary,
      primary,
      type: dataType === 'custom' ? 'string' : dataType,
    })),
    primaryKeys: config.primaryKeys.map(({ columns }) => names(columns)),
    foreignKeys: config.foreignKeys.map((key) => {
      const { columns, foreignTable, foreignColumns } = key.reference();
      return {
        columns: names(columns),
        table: (readConfig(foreignTable as never) as AnyConfig).name,
        foreign: names(foreignColumns),
      };
    }),
    indexes: config.indexes.map(({ config: { name, unique, where, columns } }) => ({
      name,
      unique,
      partial: where !== undefined,
      columns: names(columns as { name: string }[]),
    })),
  };
}

const onSqlite = (table: unknown) => outline(sqliteConfig as unknown as ReadConfig, table as SQLiteTable);
const onPostgres = (table: unknown) => outline(postgresConfig as unknown as ReadConfig, table as PgTable);

describe('the tables of the two dialects', () => {
  const tables = Object.keys(sqlite.tables) as (keyof typeof sqlite.tables)[];

  it('are the same in number and name', () => {
    expect(Object.keys(postgres.tables)).toEqual(tables);
    expect(tables.length).toBeGreaterThan(20);
  });

  it.each(tables)('%s has the same columns, keys, references and indexes', (name) => {
    expect(onSqlite(sqlite.tables[name])).toEqual(onPostgres(postgres.tables[name]));
  });

  it('are all exported to drizzle-kit, under their names', () => {
    for (const module of [sqlite, postgres]) {
      const { tables: all, ...exported } = module;
      expect(exported).toEqual(all);
    }
  });

  it('keep every row unique by a primary key', () => {
    const without = tables.filter((name) => {
      const { columns, primaryKeys } = onSqlite(sqlite.tables[name]);
      return !columns.some(({ primary }) => primary) && primaryKeys.length === 0;
    });
    expect(without).toEqual([]);
  });

  it('have no null in a column that lists sort by', () => {
    const sorted = ['entity', 'revision', 'created', 'label', 'date_from', 'date_to'];
    for (const name of [
      'events',
      'actors',
      'agreements',
      'commitments',
      'areas',
      'sources',
      'claims',
      'disputes',
    ] as const) {
      const { columns } = onSqlite(sqlite.tables[name]);
      expect(columns.filter((column) => sorted.includes(column.name)).map(({ notNull }) => notNull)).toEqual(
        sorted.map(() => true),
      );
    }
  });
});
