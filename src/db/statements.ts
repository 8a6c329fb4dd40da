import { sql } from 'drizzle-orm';
import type { Db, Preparable, PreparableCommand, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

interface Kept {
  statement: { execute(values?: Record<string, unknown>): Promise<unknown> };
  /** Number of the execution that used it last. */
  usedAt: number;
}

/** Prepared statements of one connection by the shape of their query; the one used longest ago goes first. */
export class Statements {
  readonly #db: Db;
  readonly #tables: Tables;
  readonly #limit: number;
  readonly #kept = new Map<string, Kept>();
  executed = 0;

  constructor(db: Db, tables: Tables, limit = 500) {
    this.#db = db;
    this.#tables = tables;
    this.#limit = limit;
  }

  async all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]> {
    return (await this.#execute(shape, build, values)) as Row[];
  }

  async run(
    shape: string,
    build: (db: Db, tables: Tables) => PreparableCommand,
    values?: Values,
  ): Promise<{ changes: number }> {
    return (await this.#execute(shape, build, values)) as { changes: number };
  }

  #execute(shape: string, build: (db: Db, tables: Tables) => PreparableCommand, values?: Values): Promise<unknown> {
    let kept = this.#kept.get(shape);
    if (kept === undefined) {
      kept = { statement: build(this.#db, this.#tables).prepare(shape), usedAt: 0 };
      if (this.#kept.size >= this.#limit) this.#forgetOldest();
      this.#kept.set(shape, kept);
    }
    this.executed += 1;
    kept.usedAt = this.executed;
    return kept.statement.execute(values);
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#kept].reduce((a, b) => (b[1].usedAt < a[1].usedAt ? b : a));
    this.#kept.delete(oldest);
  }
}

/** An insert of one row of the named table with a placeholder for each given column. */
export function insertRow(table: TableName, columns: readonly string[]) {
  return (db: Db, tables: Tables): PreparableCommand => {
    const values = Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
    return db.insert(tables[table]).values(values as never) as unknown as PreparableCommand;
  };
}
