import type pg from 'pg';
import { DatabaseError } from './errors.js';
import type { Lease, Named } from './postgres-connections.js';
import { fromPostgres } from './postgres-errors.js';
import { insertPlaceholder, insertRows, type Statements } from './statements.js';
import type { Db, Preparable, PreparableCommand, Reader, Tx, Values } from './store.js';
import type { TableName, Tables } from './tables/index.js';

/** Rows of one insert: any number is split into batches of these sizes, so that few shapes of statements serve all. */
const BATCH_SIZES = [128, 32, 8, 2, 1] as const;

/** Reads on one connection. */
export class Session implements Reader {
  readonly engine = 'postgres';
  protected readonly lease: Lease;
  protected readonly statements: Statements<Named>;

  constructor(lease: Lease, statements: Statements<Named>) {
    this.lease = lease;
    this.statements = statements;
  }

  async all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]> {
    const statement = this.statements.take(shape, build);
    const { rows } = await this.execute(statement, values);
    return rows.map((row) => statement.compiled.object(row)) as Row[];
  }

  async get<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values) {
    const statement = this.statements.take(shape, build);
    const { rows } = await this.execute(statement, values);
    return rows[0] && (statement.compiled.object(rows[0]) as Row);
  }

  protected async execute(statement: Named, values: Values = {}): Promise<pg.QueryArrayResult<unknown[]>> {
    try {
      return await this.lease.run(statement, values);
    } catch (error) {
      throw fromPostgres(error);
    }
  }
}

/** A revision that a transaction wrote. */
export type Witness = Tables['revisions']['$inferInsert'];

/** A write transaction on one connection. */
export class Transaction extends Session implements Tx {
  /** The last revision that was written: whether it is there tells whether the transaction was committed. */
  witness: Witness | undefined;
  /** Why no statement may follow. */
  #refusal: unknown;

  /** Refuses statements from now on: one that comes late would be committed by itself. */
  end(): void {
    this.#refusal ??= new Error('the transaction has ended');
  }

  /** Raises DatabaseError when a statement failed and its caller went on all the same. */
  requireWhole(): void {
    if (this.#refusal !== undefined) throw new DatabaseError('other', 'a failed statement was passed over');
  }

  protected override async execute(statement: Named, values?: Values) {
    if (this.#refusal !== undefined) throw this.#refusal;
    try {
      return await super.execute(statement, values);
    } catch (error) {
      // Once one has failed the server refuses all that were sent after it, and callers may hear of those first.
      this.#refusal ??= error;
      throw this.#refusal;
    }
  }

  async run(shape: string, build: (db: Db, tables: Tables) => PreparableCommand, values?: Values): Promise<number> {
    const { rowCount } = await this.execute(this.statements.take(shape, build), values);
    return rowCount ?? 0;
  }

  async insert<Name extends TableName>(table: Name, rows: readonly Tables[Name]['$inferInsert'][]): Promise<void> {
    if (table === 'revisions') this.witness = rows.at(-1) as Witness | undefined;
    const columns = Object.keys(rows[0] ?? {});
    await Promise.all(batches(rows).map((batch) => this.#insertBatch(table, columns, batch)));
  }

  async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const part = new Transaction(this.lease, this.statements);
    // Not waited for: what follows it on the same connection fails if it fails.
    this.#command('savepoint attempt').catch(() => undefined);
    try {
      const result = await work(part);
      part.requireWhole();
      await this.#command('release savepoint attempt');
      this.witness = part.witness ?? this.witness;
      return result;
    } catch (error) {
      // A statement of it that comes late must not find its way into the rest of the transaction.
      part.end();
      await this.#command('rollback to savepoint attempt; release savepoint attempt').catch(() => undefined);
      throw fromPostgres(error);
    } finally {
      part.end();
    }
  }

  /** Its statements wait for the server, and others have their turn meanwhile. */
  async breathe(): Promise<void> {}

  async #command(text: string): Promise<void> {
    try {
      await this.lease.command(text);
    } catch (error) {
      this.#refusal ??= fromPostgres(error);
      throw this.#refusal;
    }
  }

  #insertBatch(table: TableName, columns: readonly string[], batch: readonly object[]): Promise<number> {
    const size = batch.length;
    const values = batch.flatMap((row, index) =>
      columns.map((column) => [insertPlaceholder(column, index, size), row[column as never]] as const),
    );
    const shape = `insert ${table}(${columns.join()}) x${size}`;
    return this.run(shape, insertRows(table, columns, size), Object.fromEntries(values));
  }
}

function batches<Row>(rows: readonly Row[]): Row[][] {
  const found: Row[][] = [];
  for (let start = 0; start < rows.length; ) {
    const size = BATCH_SIZES.find((candidate) => candidate <= rows.length - start) ?? 1;
    found.push(rows.slice(start, start + size));
    start += size;
  }
  return found;
}
