import { createHash, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { toInstant } from '../../shared/clock.js';
import type { Change } from '../changes.js';
import { changeText } from '../followed.js';

/** What is sent to a webhook, but for what each attempt adds. */
export interface Message {
  /** `webhook-id`: the same in each attempt, and whenever the same change is sent again. */
  id: string;
  /** Such as `chancery.event.put`. */
  type: string;
  body: string;
}

export const TEST_TYPE = 'chancery.webhook.test';

const SECRET_BYTES = 32;

/** What the service calls itself in `User-Agent`. */
export function agentOf(version: string): string {
  return `Chancery/${version}`;
}

/** A secret as Standard Webhooks writes them. */
export function makeSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** A change as a message. The entry of the feed goes in as it is. */
export function changeMessage(webhook: string, epoch: string, change: Change, documents: boolean): Message {
  const type = `chancery.${change.type}.${change.op}`;
  const head = JSON.stringify({ type, timestamp: change.recordedAt, webhook, epoch });
  return {
    id: messageId(webhook, epoch, change.revision, change.op),
    type,
    body: `${head.slice(0, -1)},"data":${changeText(change, documents)}}`,
  };
}

export function testMessage(webhook: string, epoch: string, now: number): Message {
  const timestamp = toInstant(now);
  const body = JSON.stringify({ type: TEST_TYPE, timestamp, webhook, epoch, data: {} });
  return { id: messageId(webhook, epoch, 'test', randomBytes(16).toString('hex')), type: TEST_TYPE, body };
}

/** After a restore, revisions count from an earlier one again: the epoch keeps their messages apart. */
function messageId(...parts: readonly (string | number)[]): string {
  return `msg_${createHash('sha256').update(parts.join(' ')).digest('base64url').slice(0, 32)}`;
}

/** The headers of an attempt, with a signature by each secret. */
export function messageHeaders(
  { id, body }: Message,
  secrets: readonly string[],
  now: number,
  agent: string,
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(now), body));
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': agent,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1_000)),
    'webhook-signature': signatures.join(' '),
  };
}

/** The secrets that messages are signed with at a time: the previous one, too, as long as it is valid. */
export function secretsAt(
  webhook: { secret: string; previousSecret: string | null; previousSecretUntil: string | null },
  now: number,
): string[] {
  const { secret, previousSecret, previousSecretUntil } = webhook;
  const both = previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > toInstant(now);
  return both ? [secret, previousSecret] : [secret];
}
