import { setTimeout as pause } from 'node:timers/promises';
import { and, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { DatabaseError } from './errors.js';
import { lockHead } from './head.js';
import { type Migrate, migratePostgres } from './migrate.js';
import { Connections, connectionConfig, type Lease, type Named } from './postgres-connections.js';
import { fromPostgres, isConnectionLost, isSerializationFailure, openFailure } from './postgres-errors.js';
import { Session, Transaction, type Witness } from './postgres-session.js';
import { parsePostgresUrl } from './postgres-url.js';
import { CommitWatch } from './postgres-watch.js';
import { Queue } from './queue.js';
import { tables as postgresTables } from './schema.postgres.js';
import { Statements } from './statements.js';
import type { Db, Preparable, Reader, Store, Tx, Values } from './store.js';
import type { Tables } from './tables/index.js';

/** Oldest server that the tests were run against: its number as `server_version_num` has it. */
const LEAST_VERSION = 150_000;
/** How often a read or write is tried, each time on another connection or after others have committed. */
const ATTEMPTS = 4;
/** How long the outcome of a commit whose answer was lost is looked for. */
const OUTCOME_MS = 10_000;
const OUTCOME_PAUSE_MS = 100;
/**
 * Lists are planned anew with their values, which takes a fraction of a millisecond: an actor may have three edges or a
 * million, and a plan for the average sorts the million.
 */
const BEGIN_SNAPSHOT = 'begin isolation level repeatable read read only; set local plan_cache_mode = force_custom_plan';

export interface PostgresOptions {
  url: string;
  migrate?: Migrate;
  /** Connections for reading, beside one for writing. */
  connections?: number;
  /** How long a statement may take; 0 for as long as it likes. */
  statementTimeoutMs?: number;
}

/**
 * Opens a PostgreSQL database. Raises DatabaseError naming cause and remedy when the server cannot be reached or used,
 * when the database is newer than the program, damaged, a read-only replica, or does not keep text as UTF-8.
 */
export async function openPostgres({
  url,
  migrate = 'apply',
  connections = 10,
  statementTimeoutMs = 0,
}: PostgresOptions): Promise<Store> {
  const address = parsePostgresUrl(url);
  const config = connectionConfig(address.config, statementTimeoutMs);
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await requireFit(client);
    await migratePostgres(client, migrate);
    await client.end();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw openFailure(address.name, error);
  }
  return new PostgresStore(config, connections);
}

async function requireFit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string; standby: boolean; frozen: boolean }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
       pg_is_in_recovery() as standby, current_setting('transaction_read_only')::boolean as frozen`,
  );
  const [server] = rows;
  if (server === undefined) throw new DatabaseError('cannot-open', 'the server does not tell what it is');
  if (server.version < LEAST_VERSION) {
    const [is, least] = [server.version, LEAST_VERSION].map((number) => Math.floor(number / 10_000));
    throw new DatabaseError('cannot-open', `the server is PostgreSQL ${is}; upgrade it to ${least} or newer`);
  }
  if (server.standby) {
    throw new DatabaseError('read-only', 'the server is a read-only replica; set DATABASE_URL to its primary');
  }
  if (server.frozen) {
    const remedy = 'unset default_transaction_read_only for the user or the database';
    throw new DatabaseError('read-only', `transactions are read-only there; ${remedy}`);
  }
  if (server.encoding !== 'UTF8') {
    const remedy = 'make it anew with `createdb --encoding=UTF8 --template=template0`';
    throw new DatabaseError('cannot-open', `the database keeps text as ${server.encoding}; ${remedy}`);
  }
}

class PostgresStore implements Store {
  readonly engine = 'postgres';
  readonly tables = postgresTables as unknown as Tables;
  readonly #readers: Connections;
  readonly #longReaders: Connections;
  readonly #writer: Connections;
  readonly #statements: Statements<Named>;
  readonly #commits: CommitWatch;
  readonly #writes = new Queue();
  #closing: Promise<void> | undefined;

  constructor(config: pg.ClientConfig, connections: number) {
    this.#readers = new Connections(config, connections);
    this.#longReaders = new Connections(config, Math.ceil(connections / 2));
    this.#writer = new Connections(config, 1);
    this.#commits = new CommitWatch(config);
    let named = 0;
    this.#statements = new Statements(drizzle.mock() as unknown as Db, this.tables, (compiled) => {
      named += 1;
      return { name: `chancery_${named}`, compiled };
    });
  }

  get statementsRun(): number {
    return this.#statements.executed;
  }

  all<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values): Promise<Row[]> {
    return this.#read(this.#readers, (session) => session.all(shape, build, values));
  }

  get<Row>(shape: string, build: (db: Db, tables: Tables) => Preparable<Row>, values?: Values) {
    return this.#read(this.#readers, (session) => session.get(shape, build, values));
  }

  snapshot<T>(work: (reader: Reader) => Promise<T>, long?: 'long'): Promise<T> {
    const connections = long === undefined ? this.#readers : this.#longReaders;
    return this.#read(connections, async (session, lease) => {
      // Not waited for: the first query follows it on the same connection, and fails if it fails.
      const begun = lease.command(BEGIN_SNAPSHOT);
      begun.catch(() => undefined);
      try {
        const result = await work(session);
        await begun;
        return result;
      } finally {
        // Nothing was written, so nothing hangs on its outcome; whoever has the connection next is served after it.
        lease.command('commit').catch(() => undefined);
      }
    });
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#writes.add(() => this.#transaction(work));
  }

  watch(listener: () => void): () => void {
    return this.#commits.add(listener);
  }

  /** The server does its upkeep itself; only after a bulk load its statistics would lag behind. */
  async maintain(loaded = false): Promise<void> {
    if (loaded) await this.#read(this.#longReaders, (_session, lease) => lease.command('analyze'));
  }

  close(): Promise<void> {
    this.#closing ??= this.#writes.settled().then(async () => {
      const pools = [this.#readers, this.#longReaders, this.#writer];
      await Promise.all([this.#commits.close(), ...pools.map((pool) => pool.close())]);
    });
    return this.#closing;
  }

  /** Reads on a connection of its own; again on another one when that is lost, since a read changes nothing. */
  async #read<T>(connections: Connections, work: (session: Session, lease: Lease) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const lease = await connections.lease();
      try {
        const result = await work(new Session(lease, this.#statements), lease);
        lease.release();
        return result;
      } catch (error) {
        lease.release(error);
        const passing = isConnectionLost(error) || isSerializationFailure(error);
        if (!passing || attempt === ATTEMPTS) throw fromPostgres(error);
      }
    }
  }

  /** Tries a transaction again as long as it is known that nothing of it was committed. */
  async #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const lease = await this.#writer.lease();
      const tx = new Transaction(lease, this.#statements);
      let done: { result: T } | undefined;
      try {
        await begin(lease, tx);
        done = { result: await work(tx) };
        tx.requireWhole();
        tx.end();
        await commit(lease);
        lease.release();
        return done.result;
      } catch (error) {
        tx.end();
        const isLost = isConnectionLost(error);
        if (!isLost) await lease.command('rollback').catch(() => undefined);
        lease.release(error);
        if (isLost && done !== undefined && (await this.#isCommitted(tx.witness))) return done.result;
        if (!(isLost || isSerializationFailure(error)) || attempt === ATTEMPTS) throw fromPostgres(error);
      }
    }
  }

  /**
   * Whether a transaction was committed whose answer was lost. Holding the head row means that its connection is done
   * with it. Raises DatabaseError `away` when that cannot be found out.
   */
  async #isCommitted(witness: Witness | undefined): Promise<boolean> {
    const end = performance.now() + OUTCOME_MS;
    for (let cause: unknown; ; await pause(OUTCOME_PAUSE_MS)) {
      if (witness === undefined || performance.now() > end) {
        throw new DatabaseError('away', 'the server went away while it committed; whether it did is not known', cause);
      }
      try {
        return await this.#look(witness);
      } catch (error) {
        cause = error;
      }
    }
  }

  async #look(witness: Witness): Promise<boolean> {
    const lease = await this.#writer.lease();
    try {
      const tx = new Transaction(lease, this.#statements);
      await begin(lease, tx);
      const there = await isThere(tx, witness);
      await commit(lease);
      lease.release();
      return there;
    } catch (error) {
      // Closed in any case: what it was doing is not known.
      lease.discard();
      throw error;
    }
  }
}

/**
 * Begins a transaction that holds the head row, in a statement of its own and first of all: so those after it see
 * everything that earlier holders committed, and no other writer comes between.
 */
async function begin(lease: Lease, tx: Transaction): Promise<void> {
  const begun = lease.command('begin isolation level read committed');
  begun.catch(() => undefined);
  await lockHead(tx);
  await begun;
}

/** Commits, and wakes those who watch for commits in any process. */
async function commit(lease: Lease): Promise<void> {
  await lease.command(`notify ${CommitWatch.channel}; commit`);
}

async function isThere(reader: Reader, { revision, entity, version, doc, requestId }: Witness): Promise<boolean> {
  const row = await reader.get(
    'revision there',
    (db, t) =>
      db
        .select({ doc: t.revisions.doc, requestId: t.revisions.requestId })
        .from(t.revisions)
        .where(
          and(
            eq(t.revisions.revision, sql.placeholder('revision')),
            eq(t.revisions.entity, sql.placeholder('entity')),
            eq(t.revisions.version, sql.placeholder('version')),
          ),
        ),
    { revision, entity, version },
  );
  return row !== undefined && row.doc === (doc ?? null) && row.requestId === (requestId ?? null);
}
