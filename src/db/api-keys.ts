import { and, asc, count, eq, isNull, sql } from 'drizzle-orm';
import type { Reader, Store } from './store.js';

export interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  revokedAt: string | null;
}

export async function insertApiKey(
  store: Store,
  key: Omit<ApiKey, 'revokedAt'> & { secretSha256: string },
): Promise<void> {
  await store.write((tx) => tx.insert('apiKeys', [{ ...key, scopes: key.scopes.join(' '), revokedAt: null }]));
}

/** The key with that id and the hash of its secret, revoked ones included. */
export async function findApiKey(reader: Reader, id: string): Promise<(ApiKey & { secretSha256: string }) | undefined> {
  const row = await reader.get(
    'api key',
    (db, t) =>
      db
        .select()
        .from(t.apiKeys)
        .where(eq(t.apiKeys.id, sql.placeholder('id'))),
    { id },
  );
  return row && { ...row, scopes: row.scopes.split(' ') };
}

export async function listApiKeys(reader: Reader): Promise<ApiKey[]> {
  const rows = await reader.all('api keys', (db, t) =>
    db.select().from(t.apiKeys).orderBy(asc(t.apiKeys.createdAt), asc(t.apiKeys.id)).limit(1000),
  );
  return rows.map(({ id, name, scopes, createdAt, revokedAt }) => ({
    id,
    name,
    scopes: scopes.split(' '),
    createdAt,
    revokedAt,
  }));
}

/** Revokes a key from now on; false when there is no such key or it was revoked before. */
export async function revokeApiKey(store: Store, id: string, revokedAt: string): Promise<boolean> {
  const changes = await store.write((tx) =>
    tx.run(
      'api key revoke',
      (db, t) =>
        db
          .update(t.apiKeys)
          .set({ revokedAt: sql.placeholder('revokedAt') } as never)
          .where(and(eq(t.apiKeys.id, sql.placeholder('id')), isNull(t.apiKeys.revokedAt))),
      { id, revokedAt },
    ),
  );
  return changes > 0;
}

export async function countUsableKeys(reader: Reader): Promise<number> {
  const row = await reader.get('api key count', (db, t) =>
    db.select({ count: count() }).from(t.apiKeys).where(isNull(t.apiKeys.revokedAt)),
  );
  return row?.count ?? 0;
}
