import type { DeliveryRow, WebhookRow } from '../../db/webhooks.js';
import { settingsOf } from './settings.js';

/** A webhook as it is shown, without its secrets; `head` is the last revision of the journal. */
export function representWebhook(webhook: WebhookRow, head: number): object {
  const { id, version, position, failures, failingSince, nextAttemptAt, lastError, lastSuccessAt } = webhook;
  const { disabledReason, disabledAt, createdAt, createdBy, updatedAt } = webhook;
  return {
    ...{ id, ...settingsOf(webhook), version, state: stateOf(webhook), disabledReason, disabledAt },
    ...{ position, lag: head - position, lastSuccessAt },
    ...{ failures, failingSince, nextAttemptAt, lastError },
    ...{ previousSecretExpiresAt: webhook.previousSecretUntil, createdAt, createdBy, updatedAt },
  };
}

function stateOf({ enabled, failures }: WebhookRow): 'active' | 'retrying' | 'disabled' {
  if (!enabled) return 'disabled';
  return failures > 0 ? 'retrying' : 'active';
}

export function representDelivery({ webhook: _webhook, ...delivery }: DeliveryRow): object {
  return delivery;
}
