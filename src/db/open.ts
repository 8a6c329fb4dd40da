import { ensureHead } from './head.js';
import type { Migrate } from './migrate.js';
import { openPostgres } from './postgres.js';
import { openFailure } from './postgres-errors.js';
import { parsePostgresUrl } from './postgres-url.js';
import { openSqlite } from './sqlite.js';
import type { Store } from './store.js';

export interface OpenOptions {
  /** See `Migrate`; `apply` when absent. */
  migrate?: Migrate;
  /** Whether to make the head row of a new database; true when absent. The target of a copy gets its head last. */
  head?: boolean;
  /** PostgreSQL only: connections for reading. */
  connections?: number;
  /** PostgreSQL only: how long a statement may take; 0 (when absent) for as long as it likes. */
  statementTimeoutMs?: number;
}

/**
 * Opens the database that a URL names: `file:` and a path for SQLite, `postgres:` for PostgreSQL. Raises DatabaseError
 * naming cause and remedy.
 */
export async function openDatabase(url: string, { head = true, ...options }: OpenOptions = {}): Promise<Store> {
  const isFile = url.startsWith('file:');
  const store = isFile ? openSqlite({ path: pathOf(url), ...options }) : await openPostgres({ url, ...options });
  try {
    if (head) await store.write(ensureHead);
    return store;
  } catch (error) {
    await store.close();
    throw isFile ? error : openFailure(parsePostgresUrl(url).name, error);
  }
}

/** Path of the SQLite file that a URL names. */
function pathOf(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}
