import type { Kit } from '../columns.js';

/** State of the service itself: not knowledge, and not in the journal. */
export function defineService(kit: Kit) {
  return { ...defineAccess(kit), ...defineWebhooks(kit), ...defineMirrors(kit) };
}

/** Who may do what, and what was answered. */
function defineAccess({ table, key, text, integer, index, primaryKey }: Kit) {
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

function defineWebhooks({ table, key, text, integer, big, flag, primaryKey }: Kit) {
  /** Who is told of changes, how far that has come, and what is in its way. */
  const webhooks = table('webhooks', {
    id: key('id').primaryKey(),
    url: text('url').notNull(),
    description: text('description'),
    /** Parameters of the feed as a JSON object; records are named by id. */
    filters: text('filters').notNull(),
    documents: flag('documents').notNull(),
    enabled: flag('enabled').notNull(),
    /** One more with each change of what stands above. */
    version: integer('version').notNull(),
    /** As they are shown, since signing needs them. */
    secret: text('secret').notNull(),
    previousSecret: text('previous_secret'),
    /** Until when messages are signed with the previous secret, too. */
    previousSecretUntil: key('previous_secret_until'),
    /** Everything up to this revision was delivered or does not fit. */
    position: big('position').notNull(),
    /** See `Place` in `sync/changes.ts`. */
    base: big('base').notNull(),
    /** Attempts at the present message that failed, one after the other, and since when. */
    failures: integer('failures').notNull(),
    failingSince: key('failing_since'),
    nextAttemptAt: key('next_attempt_at'),
    lastError: text('last_error'),
    lastSuccessAt: key('last_success_at'),
    disabledReason: text('disabled_reason'),
    disabledAt: key('disabled_at'),
    /** Number of the last delivery. */
    deliveries: big('deliveries').notNull(),
    /** The process that delivers at present, and until when nobody else does. */
    leaseBy: key('lease_by'),
    leaseUntil: key('lease_until'),
    createdAt: key('created_at').notNull(),
    createdBy: key('created_by').notNull(),
    updatedAt: key('updated_at').notNull(),
  });

  /** The last attempts of each webhook. */
  const webhookDeliveries = table(
    'webhook_deliveries',
    {
      webhook: key('webhook')
        .notNull()
        .references(() => webhooks.id),
      /** Counts from 1 for each webhook. */
      number: big('number').notNull(),
      messageId: key('message_id').notNull(),
      type: key('type').notNull(),
      /** The change; null for a test. */
      revision: big('revision'),
      attempt: integer('attempt').notNull(),
      at: key('at').notNull(),
      delivered: flag('delivered').notNull(),
      /** HTTP status; null without an answer. */
      status: integer('status'),
      latencyMs: integer('latency_ms').notNull(),
      /** The beginning of the answer. */
      excerpt: text('excerpt'),
      error: text('error'),
    },
    (t) => [primaryKey({ name: 'webhook_deliveries_key', columns: [t.webhook, t.number] })],
  );

  return { webhooks, webhookDeliveries };
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
