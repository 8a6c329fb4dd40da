import { and, eq, lt, sql } from 'drizzle-orm';
import type { Reader, Tx } from './store.js';

/** An answer kept for repeats of the same request. */
export interface StoredAnswer {
  principal: string;
  keySha256: string;
  /** Hash of method, path, query, media type and body. */
  fingerprint: string;
  status: number;
  /** Headers as a JSON object. */
  headers: string;
  body: string;
  createdAt: string;
}

export function findAnswer(reader: Reader, principal: string, keySha256: string): Promise<StoredAnswer | undefined> {
  return reader.get(
    'idempotency find',
    (db, t) =>
      db
        .select()
        .from(t.idempotencyKeys)
        .where(
          and(
            eq(t.idempotencyKeys.principal, sql.placeholder('principal')),
            eq(t.idempotencyKeys.keySha256, sql.placeholder('keySha256')),
          ),
        ),
    { principal, keySha256 },
  );
}

/** Keeps an answer and forgets those made before `expired` (RFC 3339). */
export async function keepAnswer(tx: Tx, answer: StoredAnswer, expired: string): Promise<void> {
  await tx.run(
    'idempotency expire',
    (db, t) => db.delete(t.idempotencyKeys).where(lt(t.idempotencyKeys.createdAt, sql.placeholder('expired'))),
    {
      expired,
    },
  );
  await tx.insert('idempotencyKeys', [answer]);
}
