import type { Kit } from '../columns.js';

/** State of the service itself: not knowledge, and not in the journal. */
export function defineService(kit: Kit) {
  const { table, key, text, integer, index, primaryKey } = kit;

  const apiKeys = table('api_keys', {
    id: key('id').primaryKey(),
    name: text('name').notNull(),
    /** SHA-256 of the secret, in hexadecimal; the secret itself is kept nowhere. */
    secretSha256: key('secret_sha256').notNull(),
    /** Scopes joined by spaces. */
    scopes: key('scopes').notNull(),
    createdAt: key('created_at').notNull(),
    revokedAt: key('revoked_at'),
  });

  /** Answers to POST requests that carried an Idempotency-Key, and which of them are being handled. */
  const idempotencyKeys = table(
    'idempotency_keys',
    {
      principal: key('principal').notNull(),
      keySha256: key('key_sha256').notNull(),
      fingerprint: key('fingerprint').notNull(),
      status: integer('status').notNull(),
      /** Response headers as a JSON object. */
      headers: text('headers').notNull(),
      body: text('body').notNull(),
      createdAt: key('created_at').notNull(),
      /** The request that is to be answered, while there is no answer yet; status 0 stands for it meanwhile. */
      claimedBy: key('claimed_by'),
      /** Until when repeats leave it to that request. */
      claimedUntil: key('claimed_until'),
    },
    (t) => [
      primaryKey({ name: 'idempotency_keys_key', columns: [t.principal, t.keySha256] }),
      index('idempotency_keys_created').on(t.createdAt),
    ],
  );

  return { apiKeys, idempotencyKeys };
}
