import { ensureHead } from './head.js';
import type { Migrate } from './migrate.js';
import { openPostgres } from './postgres.js';
import { openFailure } from './postgres-errors.js';
import { parsePostgresUrl } from './postgres-url.js';
import { openSqlite, openSqliteReader } from './sqlite.js';
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
  const store = isFile(url) ? openSqlite({ path: pathOf(url), ...options }) : await openPostgres({ url, ...options });
  try {
    if (head) await store.write(ensureHead);
    return store;
  } catch (error) {
    await store.close();
    throw isFile(url) ? error : openFailure(parsePostgresUrl(url).name, error);
  }
}

/** A reading connection to the SQLite database that a URL names, for a thread of its own. Raises DatabaseError. */
export function openReader(url: string): Pick<Store, 'snapshot'> {
  return openSqliteReader(pathOf(url));
}

/** Whether a URL names a SQLite file, which is read within this process. */
export function isFile(url: string): boolean {
  return url.startsWith('file:');
}

/** Path of the SQLite file that a URL names. */
function pathOf(url: string): string {
  return url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
}
