import pg from 'pg';

/** Means to make and drop the databases of a PostgreSQL server; each call has a connection of its own. */
export interface PostgresAdmin {
  /** URL of a database of the server, for the same user. */
  url(database: string): string;
  /** Runs SQL on the database that the given URL names; int8 come as numbers. */
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Makes a database, as a copy of another one when told; nobody may be connected to that one. */
  createDatabase(name: string, template?: string): Promise<void>;
  /** Drops a database if it is there, and ends the sessions that are connected to it. */
  dropDatabase(name: string): Promise<void>;
  /** Runs some work while no other holder of the same name does. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
}

const INT8 = 20;
/** Values as the tests want to see them: int8 as numbers, all else as the driver gives it. */
export const NUMERIC_TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export function postgresAdmin(adminUrl: string): PostgresAdmin {
  const connected = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: adminUrl, types: NUMERIC_TYPES });
    // A server that is stopped says so on every connection; the query that is under way rejects by itself.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const query: PostgresAdmin['query'] = (sql, values = []) =>
    connected(async (client) => (await client.query(sql, [...values])).rows);
  const quoted = pg.escapeIdentifier;
  return {
    url: (database) => {
      const url = new URL(adminUrl);
      url.pathname = `/${database}`;
      return url.href;
    },
    query,
    async createDatabase(name, template) {
      await query(`create database ${quoted(name)}${template === undefined ? '' : ` template ${quoted(template)}`}`);
    },
    async dropDatabase(name) {
      await query(`drop database if exists ${quoted(name)} with (force)`);
    },
    exclusively: (name, work) =>
      connected(async (client) => {
        // The lock goes with the connection, whatever becomes of the work.
        await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name]);
        return work();
      }),
  };
}
