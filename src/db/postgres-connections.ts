import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { Compiled } from './compiled.js';
import { DatabaseError } from './errors.js';
import { fromPostgres, isConnectionLost } from './postgres-errors.js';
import type { Values } from './store.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** How long a reader waits while all connections are in use. */
const TURN_TIMEOUT_MS = 5_000;
/** How long a write waits for those of other processes. */
const LOCK_TIMEOUT_MS = 10_000;
const IDLE_IN_TRANSACTION_MS = 60_000;
const IDLE_MS = 30_000;
const KEEP_ALIVE_MS = 10_000;
/** After a failure to connect the next attempt is made no sooner than this; until then callers get the same failure. */
const REST_MS = 200;
/** A connection that has prepared so many statements is closed after its use, so that the server need not keep them. */
const MAX_PREPARED = 500;

const INT8 = 20;

/** Whole numbers of 64 bits as numbers: ours stay below 2^53. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** The settings of every connection to an address; a `statementTimeoutMs` of 0 is none. */
export function connectionConfig(address: pg.ClientConfig, statementTimeoutMs: number): pg.ClientConfig {
  return {
    fallback_application_name: 'chancery',
    ...address,
    types: types as pg.CustomTypesConfig,
    // Statements are sent without waiting for the answers of those before them.
    pipeline: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // For a server that does not answer at all, not even that it cut the statement off.
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + CONNECT_TIMEOUT_MS }),
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

/** A statement under the name that connections prepare it by. */
export interface Named {
  name: string;
  compiled: Compiled;
}

/** A connection of the pool, with what is known of it as long as it is open. */
class Connection {
  readonly client: pg.PoolClient;
  /** The statements it has prepared. */
  readonly prepared = new Set<string>();
  readonly #limitMs: number;
  #limit: NodeJS.Timeout | undefined;
  #waiting = 0;

  /** `limitMs`: how long the server may say nothing while something was asked; 0 for as long as it likes. */
  constructor(client: pg.PoolClient, limitMs: number) {
    this.client = client;
    this.#limitMs = limitMs;
  }

  /**
   * What the driver answers by a callback. Its promises, and the timer that it would make for each query, keep what was
   * read until V8 collects its old objects: exports in them made a process grow by a hundred MB.
   */
  ask<Result>(send: (done: (error: Error | null, result: Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting += 1;
      this.#begin();
      send((error, result) => {
        this.#waiting -= 1;
        this.#begin();
        if (error) reject(error);
        else resolve(result);
      });
    });
  }

  /** Begins to measure the silence of the server anew. */
  #begin(): void {
    if (this.#limitMs === 0) return;
    this.#limit ??= setTimeout(() => this.#end(), this.#limitMs).unref();
    this.#limit.refresh();
  }

  /** Whoever waits hears that the connection was terminated. */
  #end(): void {
    // The driver's own way to end one waits for the answers.
    if (this.#waiting > 0) (this.client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
  }
}

/** One connection for as long as somebody uses it alone. */
export class Lease {
  readonly #connection: Connection;
  readonly #released: () => void;

  constructor(connection: Connection, released: () => void) {
    this.#connection = connection;
    this.#released = released;
  }

  /** Runs a statement; rows come as the driver's values in the order of the selection. */
  run({ name, compiled }: Named, values: Values): Promise<pg.QueryArrayResult<unknown[]>> {
    const { client, prepared } = this.#connection;
    prepared.add(name);
    const query = { name, text: compiled.text, values: compiled.bind(values), rowMode: 'array' } as const;
    return this.#connection.ask((done) => client.query<unknown[]>(query, done));
  }

  /** Runs commands without parameters, separated by semicolons, in one message. */
  async command(text: string): Promise<void> {
    await this.#connection.ask((done) => this.#connection.client.query(text, done));
  }

  /** Gives the connection back; one that is lost, or has prepared too much, is closed. */
  release(error?: unknown): void {
    const { client, prepared } = this.#connection;
    client.release(isConnectionLost(error) || prepared.size > MAX_PREPARED);
    this.#released();
  }

  /** Closes the connection, whatever state it is in. */
  discard(): void {
    this.#connection.client.release(true);
    this.#released();
  }
}

interface Waiting {
  resolve(): void;
  reject(error: unknown): void;
}

/** Connections to one server that are opened when needed and kept for the next use. */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #known = new WeakMap<pg.PoolClient, Connection>();
  readonly #limitMs: number;
  readonly #waiting: Waiting[] = [];
  /** Leases that may still be given out. */
  #free: number;
  /** Why the last attempt to connect failed, and until when no other is made. */
  #failure: { error: DatabaseError; until: number } | undefined;

  constructor(config: pg.ClientConfig, max: number) {
    this.#free = max;
    this.#limitMs = config.query_timeout ?? 0;
    this.#pool = new pg.Pool({ ...config, query_timeout: 0, max, idleTimeoutMillis: IDLE_MS });
    // A server that goes away makes idle and leased connections emit errors, which nobody listening would end the process.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => void client.on('error', () => undefined));
  }

  /**
   * A connection of one's own, to be released. Raises DatabaseError: `busy` when all are in use for long, and at once
   * what the last attempt failed with while the server is away; then one caller at a time tries again.
   */
  async lease(): Promise<Lease> {
    const now = performance.now();
    if (this.#failure !== undefined) {
      if (now < this.#failure.until) throw this.#failure.error;
      this.#failure.until = now + CONNECT_TIMEOUT_MS;
    }
    await this.#turn();
    try {
      const client = await this.#pool.connect();
      this.#failure = undefined;
      const connection = this.#known.get(client) ?? new Connection(client, this.#limitMs);
      this.#known.set(client, connection);
      return new Lease(connection, () => this.#next());
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Waits for the leases that are out, then closes every connection. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  #turn(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const waiting = { resolve: () => settle(resolve), reject: (error: unknown) => settle(() => reject(error)) };
      const limit = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new DatabaseError('busy', 'every connection to the server was in use for too long'));
      }, TURN_TIMEOUT_MS);
      const settle = (how: () => void) => {
        clearTimeout(limit);
        how();
      };
      this.#waiting.push(waiting);
    });
  }

  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.resolve();
  }

  /** Those who wait need not all find out by themselves. */
  #failed(error: unknown): unknown {
    this.#next();
    const known = fromPostgres(error);
    if (!(known instanceof DatabaseError)) return error;
    this.#failure = { error: known, until: performance.now() + REST_MS };
    for (const { reject } of this.#waiting.splice(0)) {
      reject(known);
    }
    return known;
  }
}
