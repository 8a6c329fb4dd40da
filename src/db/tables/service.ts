import type { Kit } from '../columns.js';

/** State of the service itself: not knowledge, and not in the journal. */
export function defineService(kit: Kit) {
  return { ...defineAccess(kit), ...defineExchange(kit), ...defineMirrors(kit) };
}

/** Who may do what, and what was answered. */
function defineAccess(kit: Kit) {
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

  /** Answers to POST requests that carried an Idempotency-Key. */
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
    },
    (t) => [
      primaryKey({ name: 'idempotency_keys_key', columns: [t.principal, t.keySha256] }),
      index('idempotency_keys_created').on(t.createdAt),
    ],
  );

  return { apiKeys, idempotencyKeys };
}

/** Dealings with other systems. */
function defineExchange(kit: Kit) {
  const { table, key, text } = kit;

  const importRuns = table('import_runs', {
    id: key('id').primaryKey(),
    format: key('format').notNull(),
    startedAt: key('started_at').notNull(),
    finishedAt: key('finished_at'),
    by: key('by').notNull(),
    /** Counts of created, updated, unchanged and refused records as JSON. */
    outcome: text('outcome'),
  });

  return { importRuns };
}

/** Instances that this one mirrors. */
function defineMirrors({ table, key, text, integer, big, primaryKey }: Kit) {
  /** How far each was pulled; moved on in the transaction that writes what was pulled. */
  const pulls = table('pulls', {
    instance: key('instance').primaryKey(),
    url: key('url').notNull(),
    /** Types joined by commas, in their order; null for all. */
    types: key('types'),
    /** `snapshot`, then `sweep` (what the snapshot does not have goes), then `feed`. */
    phase: key('phase').notNull(),
    /** Where to go on in that; null at the beginning. */
    cursor: text('cursor'),
    /** Life of its database; null before it was told. */
    epoch: key('epoch'),
    /** Its revision that is held, or in the first two phases will be. */
    revision: big('revision').notNull(),
    /** Snapshots begun. */
    run: integer('run').notNull(),
    /** Records of the snapshot so far, and their digest in hexadecimal. */
    count: integer('count').notNull(),
    digest: key('digest').notNull(),
    /** One more with each step, so that of two pulls at a time one notices. */
    step: big('step').notNull(),
    /** Its last revision when it last answered. */
    head: big('head').notNull(),
    pulledAt: key('pulled_at'),
    /** When all was held that it had then. */
    levelAt: key('level_at'),
    /** What went wrong last; null since it went well. */
    error: text('error'),
  });

  /** Records that are not held as they are there, and why. */
  const pullConflicts = table(
    'pull_conflicts',
    {
      instance: key('instance').notNull(),
      record: key('record').notNull(),
      reason: key('reason').notNull(),
      detail: text('detail').notNull(),
      noticedAt: key('noticed_at').notNull(),
    },
    (t) => [primaryKey({ name: 'pull_conflicts_key', columns: [t.instance, t.record] })],
  );

  return { pulls, pullConflicts };
}
