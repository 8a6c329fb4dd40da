import { readHead } from '../db/head.js';
import { openDatabase } from '../db/open.js';
import type { Store } from '../db/store.js';
import { isOutdated, reindex } from '../journal/rebuild.js';
import { kinds } from '../resources/index.js';
import type { Terminal } from './command.js';

type Opening = Pick<Terminal, 'config' | 'err'>;

/** Opens the configured database, migrated, with its head row, and with the query tables that this program makes. */
export async function openStore({ config, err }: Opening, statementTimeoutMs = 0): Promise<Store> {
  const store = await openDatabase(config.databaseUrl, { connections: config.dbConnections, statementTimeoutMs });
  try {
    if (await isOutdated(store)) {
      if ((await readHead(store)).revision > 0) err('Making the query tables of an older version anew …');
      await reindex(store, kinds);
      await store.maintain(true);
    }
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Runs some work on the configured database and closes it again, whatever happens. */
export async function withStore<T>(terminal: Opening, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(terminal);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
