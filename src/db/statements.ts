import type Database from 'better-sqlite3';
import { Column, is, Param, Placeholder, SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Db, PreparableCommand, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

type Decode = (value: unknown) => unknown;
type Parameter = { constant: unknown } | { name: string; encode: Decode | undefined };

/** A Drizzle query as far as it is looked at here: its text with parameters, and what it selects or returns. */
interface DrizzleQuery {
  toSQL(): { sql: string; params: unknown[] };
  _?: { selectedFields?: Record<string, unknown> };
  config?: { returning?: { path: string[]; field: unknown }[] };
}

/**
 * A query built by Drizzle and run by better-sqlite3 itself: what Drizzle works out at each execution (parameters,
 * how rows become objects) is worked out once, which in a server under load is most of a point read's time.
 */
class Statement {
  readonly #statement: Database.Statement<unknown[], unknown[]>;
  readonly #parameters: Parameter[];
  readonly #fields: { key: string; decode: Decode | undefined }[];

  constructor(connection: Database.Database, query: DrizzleQuery) {
    const { sql: text, params } = query.toSQL();
    this.#statement = connection.prepare<unknown[], unknown[]>(text);
    if (this.#statement.reader) this.#statement.raw();
    this.#parameters = params.map(parameterOf);
    this.#fields = fieldsOf(query);
  }

  all(values: Values): unknown[] {
    return this.#statement.all(...this.#bind(values)).map((row) => this.#object(row));
  }

  get(values: Values): unknown {
    const row = this.#statement.get(...this.#bind(values));
    return row && this.#object(row);
  }

  run(values: Values): number {
    return this.#statement.run(...this.#bind(values)).changes;
  }

  // Plain loops: this runs for every statement of every request, with cold caches.
  #bind(values: Values): unknown[] {
    const bound: unknown[] = [];
    for (const parameter of this.#parameters) {
      if ('constant' in parameter) {
        bound.push(parameter.constant);
        continue;
      }
      const value = values[parameter.name];
      if (value === undefined) throw new Error(`no value for the placeholder ${parameter.name}`);
      bound.push(parameter.encode === undefined || value === null ? value : parameter.encode(value));
    }
    return bound;
  }

  #object(row: unknown[]): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    let index = 0;
    for (const { key, decode } of this.#fields) {
      const value = row[index];
      object[key] = decode === undefined || value === null ? value : decode(value);
      index += 1;
    }
    return object;
  }
}

function parameterOf(parameter: unknown): Parameter {
  if (is(parameter, Placeholder)) return { name: parameter.name, encode: undefined };
  if (is(parameter, Param) && is(parameter.value, Placeholder)) {
    const { encoder, value } = parameter;
    return { name: value.name, encode: (each) => encoder.mapToDriverValue(each) };
  }
  return { constant: parameter };
}

function fieldsOf(query: DrizzleQuery): { key: string; decode: Decode | undefined }[] {
  const returned = query.config?.returning?.map(({ path, field }) => [path[0] ?? '', field] as const);
  const selected = returned ?? Object.entries(query._?.selectedFields ?? {});
  return selected.map(([key, field]) => ({ key, decode: decoderOf(field) }));
}

/** How a column or expression makes a value of what the driver gives; undefined when it takes it as it is. */
function decoderOf(field: unknown): Decode | undefined {
  const expression = is(field, SQL.Aliased) ? field.sql : field;
  const decoder = is(expression, SQL) ? (expression as unknown as { decoder: Column }).decoder : (expression as Column);
  if (decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue) return undefined;
  return (value) => decoder.mapFromDriverValue(value);
}

interface Kept {
  statement: Statement;
  /** Number of the execution that used it last. */
  usedAt: number;
}

/** Prepared statements of one SQLite connection by the shape of their query; the one used longest ago goes first. */
export class Statements {
  readonly #connection: Database.Database;
  readonly #db: Db;
  readonly #tables: Tables;
  readonly #limit: number;
  readonly #kept = new Map<string, Kept>();
  /** Statements taken so far, each to be run once. */
  executed = 0;

  constructor(connection: Database.Database, tables: Tables, limit = 500) {
    this.#connection = connection;
    this.#db = drizzle(connection) as unknown as Db;
    this.#tables = tables;
    this.#limit = limit;
  }

  /** The statement of a shape, built and prepared when it is new. */
  take(shape: string, build: (db: Db, tables: Tables) => PreparableCommand): Statement {
    let kept = this.#kept.get(shape);
    if (kept === undefined) {
      const query = build(this.#db, this.#tables) as unknown as DrizzleQuery;
      kept = { statement: new Statement(this.#connection, query), usedAt: 0 };
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

/** An insert of one row of the named table with a placeholder for each given column. */
export function insertRow(table: TableName, columns: readonly string[]) {
  return (db: Db, tables: Tables): PreparableCommand => {
    const values = Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)]));
    return db.insert(tables[table]).values(values as never) as unknown as PreparableCommand;
  };
}
