import { sql } from 'drizzle-orm';
import { Compiled } from './compiled.js';
import type { Db, PreparableCommand } from './store.js';
import type { TableName, Tables } from './tables/index.js';

interface Kept<Statement> {
  statement: Statement;
  /** Number of the execution that used it last. */
  usedAt: number;
}

/** What an engine makes of a compiled query so that it can be run. */
export type Prepare<Statement> = (compiled: Compiled) => Statement;

/** Prepared statements by the shape of their query, on either engine; the one used longest ago goes first. */
export class Statements<Statement> {
  readonly #db: Db;
  readonly #tables: Tables;
  readonly #prepare: Prepare<Statement>;
  readonly #limit: number;
  readonly #kept = new Map<string, Kept<Statement>>();
  /** Statements taken so far, each to be run once. */
  executed = 0;

  constructor(db: Db, tables: Tables, prepare: Prepare<Statement>, limit = 500) {
    this.#db = db;
    this.#tables = tables;
    this.#prepare = prepare;
    this.#limit = limit;
  }

  /** The statement of a shape, built and prepared when it is new. */
  take(shape: string, build: (db: Db, tables: Tables) => PreparableCommand): Statement {
    let kept = this.#kept.get(shape);
    if (kept === undefined) {
      kept = { statement: this.#prepare(new Compiled(build(this.#db, this.#tables))), usedAt: 0 };
      if (this.#kept.size >= this.#limit) this.#forgetOldest();
      this.#kept.set(shape, kept);
    }
    this.executed += 1;
    kept.usedAt = this.executed;
    return kept.statement;
  }

  #forgetOldest(): void {
    const [oldest] = [...this.#kept].reduce((a, b) => (b[1].usedAt < a[1].usedAt ? b : a));
    this.#kept.delete(oldest);
  }
}

/** The placeholder of a column in an insert; `row` counts from 0, and an insert of one row names columns as they are. */
export function insertPlaceholder(column: string, row: number, rows: number): string {
  return rows === 1 ? column : `${column} ${row}`;
}

/** An insert of some rows of the named table with a placeholder for each given column. */
export function insertRows(table: TableName, columns: readonly string[], rows = 1) {
  return (db: Db, tables: Tables) => {
    const values = Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(columns.map((column) => [column, sql.placeholder(insertPlaceholder(column, row, rows))])),
    );
    return db.insert(tables[table]).values(values as never);
  };
}
