import { sql } from 'drizzle-orm';
import type { Db, Preparable, PreparableCommand, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

type Prepared = { execute(values?: Record<string, unknown>): Promise<unknown> };

/** Prepared statements of one connection by the shape of their query; the one used longest ago goes first. */
export class Statements {
  readonly #db: Db;
  readonly #tables: Tables;
  readonly #limit: number;
  readonly #prepared = new Map<string, Prepared>();
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
    let statement = this.#prepared.get(shape);
    if (statement === undefined) {
      statement = build(this.#db, this.#tables).prepare(shape);
      if (this.#prepared.size >= this.#limit) this.#forgetOldest();
    } else {
      this.#prepared.delete(shape);
    }
    this.#prepared.set(shape, statement);
    this.executed += 1;
    return statement.execute(values);
  }

  #forgetOldest(): void {
    const oldest = this.#prepared.keys().next();
    if (!oldest.done) this.#prepared.delete(oldest.value);
  }
}

/** An insert of one row of the named table with a placeholder for each given column. */
export function insertRow(table: TableName, columns: readonly string[]) {
  return (db: Db, tables: Tables): PreparableCommand => {
    const values = Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
    return db.insert(tables[table]).values(values as never) as unknown as PreparableCommand;
  };
}
