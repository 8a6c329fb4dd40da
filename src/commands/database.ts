import { databasePath } from '../config.js';
import { ensureHead } from '../db/head.js';
import { openSqlite } from '../db/sqlite.js';
import type { Store } from '../db/store.js';
import type { Terminal } from './command.js';

/** Opens the configured database, migrated and with its head row. */
export async function openStore({ config }: Pick<Terminal, 'config'>): Promise<Store> {
  const store = openSqlite({ path: databasePath(config) });
  await store.write(ensureHead);
  return store;
}

/** Runs some work on the configured database and closes it again, whatever happens. */
export async function withStore<T>(terminal: Pick<Terminal, 'config'>, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(terminal);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
