import { readHead } from '../../db/head.js';
import type { Tx } from '../../db/store.js';
import { countWebhooks, findWebhook, insertWebhook, updateWebhook, type WebhookRow } from '../../db/webhooks.js';
import { Problem } from '../../problems.js';
import { wrongBody } from '../../resources/parse.js';
import { toInstant } from '../../shared/clock.js';
import { webhookId } from '../../shared/ids.js';
import { makeSecret } from './message.js';
import { disabled, UNHINDERED } from './outcome.js';
import { type Filters, settleFilters } from './subscription.js';

/** Webhooks that a database has at most: each is looked at after each commit. */
export const MAX_WEBHOOKS = 100;

/** What an administrator says of a webhook. */
export interface Settings {
  url: string;
  description?: string;
  filters: Filters;
  documents: boolean;
  enabled: boolean;
}

/** Who does something, and when. */
export interface Doing {
  by: string;
  now: number;
}

export function settingsOf({ url, description, filters, documents, enabled }: WebhookRow): Settings {
  return { url, ...(description !== null && { description }), filters: JSON.parse(filters), documents, enabled };
}

/**
 * Makes a webhook that begins with revision `from`, or with what comes next. Raises `limit-reached`, and
 * `invalid-request` for filters and a `from` that lies ahead.
 */
export async function createWebhook(
  tx: Tx,
  settings: Settings,
  from: number | undefined,
  { by, now }: Doing,
): Promise<WebhookRow> {
  if ((await countWebhooks(tx)) >= MAX_WEBHOOKS)
    throw new Problem('limit-reached', `There are ${MAX_WEBHOOKS} webhooks, as many as there may be.`);
  const at = toInstant(now);
  const webhook: WebhookRow = {
    ...{ id: webhookId(now), ...(await columnsOf(tx, settings)), enabled: true, version: 1 },
    ...{ secret: makeSecret(), previousSecret: null, previousSecretUntil: null },
    ...(await placeBefore(tx, from)),
    ...{ ...UNHINDERED, lastSuccessAt: null, disabledReason: null, disabledAt: null },
    ...{ deliveries: 0, leaseBy: null, leaseUntil: null },
    ...{ createdAt: at, createdBy: by, updatedAt: at },
  };
  const made = settings.enabled ? webhook : { ...webhook, ...switchedOff(webhook, { by, now }), version: 1 };
  await insertWebhook(tx, made);
  return made;
}

/**
 * Gives a webhook other settings, and lets it begin anew with its attempts. The same settings make no version. Raises
 * `invalid-request` for filters.
 */
export async function changeWebhook(
  tx: Tx,
  webhook: WebhookRow,
  settings: Settings,
  doing: Doing,
): Promise<WebhookRow> {
  const columns = await columnsOf(tx, settings);
  const wasChanged = Object.entries(columns).some(([name, value]) => webhook[name as keyof typeof columns] !== value);
  const isSwitched = settings.enabled !== webhook.enabled;
  const values: Partial<WebhookRow> = {
    ...columns,
    ...(settings.enabled && { ...UNHINDERED, enabled: true, disabledReason: null, disabledAt: null }),
    ...(isSwitched && !settings.enabled && switchedOff(webhook, doing)),
    ...((wasChanged || isSwitched) && { version: webhook.version + 1, updatedAt: toInstant(doing.now) }),
  };
  await updateWebhook(tx, webhook.id, values);
  return { ...webhook, ...values };
}

function switchedOff(webhook: WebhookRow, { by, now }: Doing): Partial<WebhookRow> {
  return { ...UNHINDERED, ...disabled(webhook, `switched off with the key ${by}`, now) };
}

async function columnsOf(tx: Tx, { url, description, filters, documents }: Settings) {
  const settled = JSON.stringify(await settleFilters(tx, filters));
  return { url, description: description ?? null, filters: settled, documents };
}

/** Makes a new secret; messages are signed with the present one, too, for so many seconds more. */
export async function rotateSecret(
  tx: Tx,
  webhook: WebhookRow,
  overlapSeconds: number,
  now: number,
): Promise<WebhookRow> {
  const overlaps = overlapSeconds > 0;
  const values = {
    secret: makeSecret(),
    previousSecret: overlaps ? webhook.secret : null,
    previousSecretUntil: overlaps ? toInstant(now + overlapSeconds * 1_000) : null,
  };
  await updateWebhook(tx, webhook.id, values);
  return { ...webhook, ...values };
}

/**
 * Goes back, or ahead, so that the next change to be delivered is the first that fits from a revision on. Raises
 * `invalid-request` when it lies ahead of the next one.
 */
export async function replayFrom(tx: Tx, webhook: WebhookRow, from: number): Promise<WebhookRow> {
  const values = { ...(await placeBefore(tx, from)), ...(webhook.enabled && UNHINDERED) };
  await updateWebhook(tx, webhook.id, values);
  return { ...webhook, ...values };
}

async function placeBefore(tx: Tx, from: number | undefined): Promise<{ position: number; base: number }> {
  const { revision } = await readHead(tx);
  const position = from === undefined ? revision : from - 1;
  if (position > revision) {
    const message = `must be a revision from 1 to ${revision + 1}, the next one`;
    throw wrongBody([{ in: 'body', pointer: '/from', code: 'out-of-range', message }]);
  }
  return { position, base: position };
}

/** Raises `not-found`. */
export async function requireWebhook(reader: Pick<Tx, 'get' | 'all' | 'engine'>, id: string): Promise<WebhookRow> {
  const webhook = await findWebhook(reader, id);
  if (webhook === undefined) throw new Problem('not-found', `There is no webhook \`${id.slice(0, 200)}\`.`);
  return webhook;
}
