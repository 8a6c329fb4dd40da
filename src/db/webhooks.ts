import { and, asc, count, desc, eq, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Reader, Tx, Values } from './store.js';
import type { Tables } from './tables/index.js';

export type WebhookRow = Tables['webhooks']['$inferSelect'];
export type DeliveryRow = Tables['webhookDeliveries']['$inferSelect'];

/** Deliveries that are kept of each webhook. */
export const KEPT_DELIVERIES = 1_000;

export function insertWebhook(tx: Tx, row: WebhookRow): Promise<void> {
  return tx.insert('webhooks', [row]);
}

export function findWebhook(reader: Reader, id: string): Promise<WebhookRow | undefined> {
  return reader.get(
    'webhook',
    (db, t) =>
      db
        .select()
        .from(t.webhooks)
        .where(eq(t.webhooks.id, sql.placeholder('id'))),
    { id },
  );
}

/** All of them, in the order in which they were made. */
export function listWebhooks(reader: Reader): Promise<WebhookRow[]> {
  return reader.all('webhooks', (db, t) =>
    db.select().from(t.webhooks).orderBy(asc(t.webhooks.createdAt), asc(t.webhooks.id)),
  );
}

export async function countWebhooks(reader: Reader): Promise<number> {
  const row = await reader.get('webhook count', (db, t) => db.select({ count: count() }).from(t.webhooks));
  return row?.count ?? 0;
}

/** Sets columns of a webhook. */
export async function updateWebhook(tx: Tx, id: string, values: Partial<WebhookRow>): Promise<void> {
  const columns = Object.keys(values);
  await tx.run(
    `webhook set ${columns.join()}`,
    (db, t) =>
      db
        .update(t.webhooks)
        .set(Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)])))
        .where(eq(t.webhooks.id, sql.placeholder('this'))),
    { ...values, this: id } as Values,
  );
}

/** Removes a webhook and its deliveries. */
export async function deleteWebhook(tx: Tx, id: string): Promise<void> {
  await trimDeliveries(tx, id, Number.MAX_SAFE_INTEGER);
  await tx.run('webhook delete', (db, t) => db.delete(t.webhooks).where(eq(t.webhooks.id, sql.placeholder('id'))), {
    id,
  });
}

/**
 * Takes the lease of a webhook, or keeps it, until an instant; false when another process holds it, or when the webhook
 * is no longer as it was read.
 */
export async function claimWebhook(
  tx: Tx,
  { id, version, position }: Pick<WebhookRow, 'id' | 'version' | 'position'>,
  lease: { by: string; now: string; until: string },
): Promise<boolean> {
  const changed = await tx.run(
    'webhook claim',
    (db, { webhooks }) =>
      db
        .update(webhooks)
        .set({ leaseBy: sql.placeholder('by'), leaseUntil: sql.placeholder('until') } as never)
        .where(
          and(
            eq(webhooks.id, sql.placeholder('id')),
            eq(webhooks.enabled, true),
            eq(webhooks.version, sql.placeholder('version')),
            eq(webhooks.position, sql.placeholder('position')),
            or(
              isNull(webhooks.leaseUntil),
              eq(webhooks.leaseBy, sql.placeholder('by')),
              lte(webhooks.leaseUntil, sql.placeholder('now')),
            ),
          ),
        ),
    { id, version, position, ...lease },
  );
  return changed > 0;
}

/** Gives up every lease that a process holds. */
export async function releaseWebhooks(tx: Tx, by: string): Promise<void> {
  await tx.run(
    'webhooks release',
    (db, { webhooks }) =>
      db
        .update(webhooks)
        .set({ leaseBy: null, leaseUntil: null })
        .where(eq(webhooks.leaseBy, sql.placeholder('by'))),
    { by },
  );
}

/** Moves a webhook past what does not fit it, unless it was changed since it was read or is being delivered to. */
export async function passWebhook(
  tx: Tx,
  { id, version, position }: Pick<WebhookRow, 'id' | 'version' | 'position'>,
  place: { after: number; base: number },
  now: string,
): Promise<void> {
  await tx.run(
    'webhook pass',
    (db, { webhooks }) =>
      db
        .update(webhooks)
        .set({ position: sql.placeholder('after'), base: sql.placeholder('base') } as never)
        .where(
          and(
            eq(webhooks.id, sql.placeholder('id')),
            eq(webhooks.version, sql.placeholder('version')),
            eq(webhooks.position, sql.placeholder('position')),
            or(isNull(webhooks.leaseUntil), lte(webhooks.leaseUntil, sql.placeholder('now'))),
          ),
        ),
    { id, version, position, after: place.after, base: place.base, now },
  );
}

/**
 * Keeps a delivery under the next number of its webhook and forgets the oldest. Gives the webhook as it stands and the
 * number; undefined when the webhook is gone.
 */
export async function logDelivery(
  tx: Tx,
  delivery: Omit<DeliveryRow, 'number'>,
): Promise<{ webhook: WebhookRow; number: number } | undefined> {
  const webhook = await tx.get(
    'webhook next delivery',
    (db, { webhooks }) =>
      db
        .update(webhooks)
        .set({ deliveries: sql`${webhooks.deliveries} + 1` })
        .where(eq(webhooks.id, sql.placeholder('id')))
        .returning(),
    { id: delivery.webhook },
  );
  if (webhook === undefined) return undefined;
  const number = webhook.deliveries;
  await tx.insert('webhookDeliveries', [{ ...delivery, number }]);
  await trimDeliveries(tx, delivery.webhook, number - KEPT_DELIVERIES);
  return { webhook, number };
}

/** Removes the deliveries of a webhook up to a number. */
async function trimDeliveries(tx: Tx, webhook: string, upTo: number): Promise<void> {
  await tx.run(
    'deliveries trim',
    (db, { webhookDeliveries: { webhook: owner, number }, webhookDeliveries }) =>
      db
        .delete(webhookDeliveries)
        .where(and(eq(owner, sql.placeholder('webhook')), lte(number, sql.placeholder('upTo')))),
    { webhook, upTo },
  );
}

/** Deliveries of a webhook with a lower number than `before`, newest first. */
export function readDeliveries(reader: Reader, webhook: string, before: number, limit: number): Promise<DeliveryRow[]> {
  return reader.all(
    'deliveries',
    (db, { webhookDeliveries: { webhook: owner, number }, webhookDeliveries }) =>
      db
        .select()
        .from(webhookDeliveries)
        .where(and(eq(owner, sql.placeholder('webhook')), lt(number, sql.placeholder('before'))))
        .orderBy(desc(number))
        .limit(sql.placeholder('limit')),
    { webhook, before, limit },
  );
}
