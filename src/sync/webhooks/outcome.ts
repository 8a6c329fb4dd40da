import type { DeliveryRow, WebhookRow } from '../../db/webhooks.js';
import { toInstant } from '../../shared/clock.js';
import type { Place } from '../changes.js';
import type { Sent } from './channel.js';
import type { Message } from './message.js';
import { nextAttempt } from './schedule.js';

/** An attempt at a message, and what became of it. */
export interface Attempt {
  message: Message;
  /** The change; null for a test. */
  revision: number | null;
  /** Milliseconds since the epoch. */
  at: number;
  latencyMs: number;
  sent: Sent;
}

const GONE = 410;

/** The columns of a webhook with nothing in its way. */
export const UNHINDERED = { failures: 0, failingSince: null, nextAttemptAt: null, lastError: null };

/** What a message that was taken changes. */
export function afterSuccess({ after, base }: Place, now: number): Partial<WebhookRow> {
  return { ...UNHINDERED, position: after, base, lastSuccessAt: toInstant(now) };
}

/** What a message that was not taken changes: when it is tried again, or that it is not. */
export function afterFailure(webhook: WebhookRow, { sent }: Attempt, now: number, random: number): Partial<WebhookRow> {
  const failures = webhook.failures + 1;
  const failingSince = webhook.failingSince ?? toInstant(now);
  const failed = { failures, failingSince, lastError: sent.error };
  if (sent.status === GONE) return { ...failed, ...disabled(webhook, 'the receiver answered 410 Gone', now) };
  const next = nextAttempt(failures, Date.parse(failingSince), now, sent.retryAfter, random);
  if (next !== undefined) return { ...failed, nextAttemptAt: toInstant(next) };
  const reason = `nothing was taken for three days, since ${failingSince}: ${sent.error}`;
  return { ...failed, ...disabled(webhook, reason, now) };
}

/** The columns of a webhook that is delivered to no more. */
export function disabled({ version }: WebhookRow, disabledReason: string, now: number): Partial<WebhookRow> {
  const at = toInstant(now);
  return { enabled: false, disabledReason, disabledAt: at, nextAttemptAt: null, version: version + 1, updatedAt: at };
}

/** An attempt as the log keeps it. */
export function deliveryOf(webhook: string, { message, revision, at, latencyMs, sent }: Attempt, attempt: number) {
  const { status, excerpt, error } = sent;
  const row: Omit<DeliveryRow, 'number'> = {
    ...{ webhook, messageId: message.id, type: message.type, revision, attempt, at: toInstant(at) },
    ...{ delivered: error === null, status, latencyMs, excerpt, error },
  };
  return row;
}
