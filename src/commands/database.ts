import { openDatabase } from '../db/open.js';
import type { Store } from '../db/store.js';
import type { Terminal } from './command.js';

/** Opens the configured database, migrated and with its head row. */
export function openStore({ config }: Pick<Terminal, 'config'>, statementTimeoutMs = 0): Promise<Store> {
  return openDatabase(config.databaseUrl, { connections: config.dbConnections, statementTimeoutMs });
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
