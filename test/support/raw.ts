import Database from 'better-sqlite3';
import pg from 'pg';
import { NUMERIC_TYPES } from './postgres-admin.js';

/** A connection of its own to a database, past the store: to look at it from outside, or to damage it. */
export interface Raw {
  /** Rows of a query (int8 as numbers; SQLite has 0 and 1 for booleans), or the number of changes of a command. */
  query<Row = Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<{ rows: Row[]; changes: number }>;
  /** Runs several statements without values. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

export interface RawOptions {
  readonly?: boolean;
}

/** Opens a database by its URL. `?` stands for a value on both engines. */
export function openRaw(url: string, { readonly = false }: RawOptions = {}): Promise<Raw> {
  return url.startsWith('file:')
    ? Promise.resolve(rawSqlite(url.slice('file:'.length), readonly))
    : rawPostgres(url, readonly);
}

function rawSqlite(path: string, readonly: boolean): Raw {
  const database = new Database(path, { readonly });
  return {
    async query<Row>(sql: string, ...values: unknown[]) {
      const statement = database.prepare(sql);
      if (statement.reader) return { rows: statement.all(...values) as Row[], changes: 0 };
      return { rows: [], changes: statement.run(...values).changes };
    },
    async script(sql) {
      database.exec(sql);
    },
    async close() {
      database.close();
    },
  };
}

async function rawPostgres(url: string, readonly: boolean): Promise<Raw> {
  const client = new pg.Client({
    connectionString: url,
    types: NUMERIC_TYPES,
    ...(readonly && { options: '-c default_transaction_read_only=on' }),
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    async query<Row>(sql: string, ...values: unknown[]) {
      const { rows, fields, rowCount } = await client.query(numbered(sql), values);
      return { rows: rows as Row[], changes: fields.length > 0 ? 0 : (rowCount ?? 0) };
    },
    async script(sql) {
      await client.query(sql);
    },
    close: () => client.end(),
  };
}

/** Writes `$1`, `$2` … for each `?` outside of quotes. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replace(/'[^']*'|\?/g, (part) => {
    if (part !== '?') return part;
    count += 1;
    return `$${count}`;
  });
}
