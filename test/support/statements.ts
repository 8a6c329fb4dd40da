import type Database from 'better-sqlite3';
import { fillPlaceholders } from 'drizzle-orm';
import type { Db, Reader } from '../../src/db/store.js';
import type { TestService } from './service.js';

export interface Statement {
  sql: string;
  params: unknown[];
}

type Build = Parameters<Reader['all']>[1];

/** The reading statements that the service runs while `work` goes on, with their values, as the builder's engine takes them. */
export async function statementsOf(
  { store }: Pick<TestService, 'store'>,
  db: Db,
  work: () => Promise<unknown>,
): Promise<Statement[]> {
  const statements: Statement[] = [];
  const listened = (reader: Reader): Reader => {
    const note = (build: Build, values: Record<string, unknown> = {}) => {
      const { sql, params } = (build(db, store.tables) as unknown as { toSQL(): Statement }).toSQL();
      statements.push({ sql, params: fillPlaceholders(params, values) });
    };
    return {
      engine: reader.engine,
      all(shape, build, values) {
        note(build as Build, values);
        return reader.all(shape, build, values);
      },
      get(shape, build, values) {
        note(build as Build, values);
        return reader.get(shape, build, values);
      },
    };
  };
  const plain = { all: store.all, get: store.get, snapshot: store.snapshot };
  const direct = listened({ engine: store.engine, all: plain.all.bind(store), get: plain.get.bind(store) });
  Object.assign(store, {
    all: direct.all,
    get: direct.get,
    snapshot: (inner: (reader: Reader) => Promise<unknown>) =>
      plain.snapshot.call(store, (reader) => inner(listened(reader))),
  });
  try {
    await work();
  } finally {
    for (const name of ['all', 'get', 'snapshot']) Reflect.deleteProperty(store, name);
  }
  return statements;
}

/** The steps of SQLite's plan for a statement, one a line. */
export function planOf(database: Database.Database, { sql, params }: Statement): string[] {
  const steps = database.prepare(`explain query plan ${sql}`).all(...params) as { detail: string }[];
  return steps.map(({ detail }) => detail);
}
