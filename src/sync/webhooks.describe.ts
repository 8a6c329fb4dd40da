import { z } from 'zod';
import { KEPT_DELIVERIES } from '../db/webhooks.js';
import { JSON_TYPE, MERGE_PATCH } from '../http/body.js';
import { NEEDS_KEY, problemResponses } from '../http/describe.js';
import {
  answer,
  BODY,
  CURSOR,
  changed,
  createdOnce,
  found,
  foundPage,
  idempotencyKey,
  ifMatch,
  ifNoneMatch,
  KEYED,
  MATCH,
  notModified,
  READ,
  replayed,
} from '../resources/operations/describe.js';
import { cursor, limit } from '../resources/operations/describe-parameters.js';
import { MAX_WEBHOOKS } from './webhooks/settings.js';

export const MAX_DELIVERIES = 200;
const MAX_OVERLAP_SECONDS = 30 * 24 * 60 * 60;
const DEFAULT_OVERLAP_SECONDS = 24 * 60 * 60;

const EXAMPLE_ID = 'webhook_01jz8s3m7te8r9yc2v5h4kq6wn';

const instant = (description: string) =>
  z.string().meta({ description: `${description} RFC 3339.`, format: 'date-time' });
const instantOrNull = (description: string) =>
  z
    .string()
    .meta({ format: 'date-time' })
    .nullable()
    .meta({ description: `${description} RFC 3339.` });
const value = z.string().min(1).max(2_000);

const documents = z.boolean().meta({
  description: 'Whether messages hold the whole record; else they say what changed, and it is read with `GET`.',
});
const enabled = z
  .boolean()
  .meta({ description: 'Whether anything is sent. To switch it on again also ends waiting after failures.' });
const settings = {
  url: z
    .string()
    .min(1)
    .max(2_000)
    .meta({
      description:
        'Where messages are sent: an `https:` URL that leads to public addresses, unless the operator trusts others.',
      examples: ['https://partner.example/hooks/chancery'],
    }),
  description: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'What it is for.', examples: ['The archive of a partner'] }),
  filters: z
    .record(z.string(), z.union([value, z.array(value).min(1).max(10)], 'must be a text, or a list of 1 to 10 texts'))
    .default({})
    .meta({
      description:
        'Which changes are sent, as parameters of `GET /v1/changes`: `types`, `op`, `changeKind`, `compact`, and with one type its filters, such as `kind`. A list is a parameter given more than once. All changes when empty. Records are read back as ids.',
      examples: [{ types: 'event', kind: 'signing,ratification' }],
    }),
  documents: documents.default(false),
  enabled: enabled.default(true),
};
const from = z.int().min(1);

export const WebhookSettings = z.strictObject(settings);
export const SETTINGS_FIELDS = Object.keys(settings);

export const WebhookInput = z
  .strictObject({
    ...settings,
    from: from
      .optional()
      .meta({ description: 'The first revision to be sent; what comes next when absent.', examples: [1] }),
  })
  .meta({ id: 'WebhookInput', description: 'A webhook to be made.' });
export const INPUT_FIELDS = Object.keys(WebhookInput.shape);

/** For the description; what a patch makes of the settings is checked as `WebhookSettings`. */
const WebhookPatch = z
  .strictObject({
    ...{ url: settings.url, documents, enabled },
    description: settings.description.nullable().meta({ description: 'What it is for; null takes it away.' }),
    filters: z.record(z.string(), z.union([value, z.array(value), z.null()])).meta({
      description: 'Filters to be set; null takes one away.',
    }),
  })
  .partial()
  .meta({ id: 'WebhookPatch', description: 'What is to be changed of a webhook.' });

export const SecretRotationInput = z
  .strictObject({
    overlapSeconds: z
      .int()
      .min(0)
      .max(MAX_OVERLAP_SECONDS)
      .default(DEFAULT_OVERLAP_SECONDS)
      .meta({
        description: 'For how long messages are signed with the present secret, too; a day when absent.',
        examples: [86_400],
      }),
  })
  .meta({ id: 'SecretRotationInput', description: 'How a secret is exchanged for another.' });

export const ReplayInput = z
  .strictObject({
    from: from.meta({
      description:
        'The revision to go on with: one that was sent, to send it and all behind it again; or one behind a change that cannot be taken, to skip that.',
      examples: [1],
    }),
  })
  .meta({ id: 'ReplayInput', description: 'Where to go on.' });

const shape = {
  id: z.string().meta({ description: 'TypeID of the webhook.', examples: [EXAMPLE_ID] }),
  url: z.string().meta({ description: 'Where messages are sent.' }),
  description: z.string().optional().meta({ description: 'What it is for.' }),
  filters: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .meta({ description: 'Which changes are sent, as parameters of `GET /v1/changes`.' }),
  documents: z.boolean().meta({ description: 'Whether messages hold the whole record.' }),
  enabled: z.boolean().meta({ description: 'Whether anything is sent.' }),
  version: z.int().meta({ description: 'Version of its settings, and as `"v<version>"` the ETag.' }),
  state: z.enum(['active', 'retrying', 'disabled']).meta({
    description:
      '`active`: delivered to; `retrying`: the last attempt failed and another one follows; `disabled`: nothing is sent.',
  }),
  disabledReason: z.string().nullable().meta({ description: 'Why nothing is sent; null while something is.' }),
  disabledAt: instantOrNull('Since when nothing is sent.'),
  position: z
    .int()
    .meta({ description: 'Every change up to this revision was delivered, or does not fit the filters.' }),
  lag: z.int().meta({ description: 'Revisions of the journal behind `position`; 0 when nothing is left to do.' }),
  lastSuccessAt: instantOrNull('When a message was last taken.'),
  failures: z.int().meta({ description: 'Attempts at the present message that failed.' }),
  failingSince: instantOrNull('When the first of these was made.'),
  nextAttemptAt: instantOrNull('When the next attempt is made.'),
  lastError: z.string().nullable().meta({ description: 'What went wrong at the last of these.' }),
  previousSecretExpiresAt: instantOrNull('Until when messages are signed with the previous secret, too.'),
  createdAt: instant('When it was made.'),
  createdBy: z.string().meta({ description: 'Id of the API key that made it.' }),
  updatedAt: instant('When its settings last changed.'),
};

const Webhook = z
  .object(shape)
  .meta({ id: 'Webhook', description: 'Somebody who is told of changes, and how far that has come.' });
const WebhookWithSecret = z
  .object({
    ...shape,
    secret: z
      .string()
      .meta({ description: 'What messages are signed with. Shown here and never again.', examples: ['whsec_…'] }),
  })
  .meta({ id: 'WebhookWithSecret', description: 'A webhook with its new secret.' });

const Delivery = z
  .object({
    number: z.int().meta({ description: 'Counts the deliveries of the webhook.' }),
    messageId: z.string().meta({ description: '`webhook-id` of the message; the same in each attempt.' }),
    type: z.string().meta({ description: '`type` of the message.', examples: ['chancery.event.put'] }),
    revision: z.int().nullable().meta({ description: 'Revision of the change; null for a test.' }),
    attempt: z.int().meta({ description: 'Which attempt at the message it was.' }),
    at: instant('When it was made.'),
    delivered: z.boolean().meta({ description: 'Whether the message was taken: answered with 200 to 299.' }),
    status: z.int().nullable().meta({ description: 'HTTP status; null without an answer.' }),
    latencyMs: z.int().meta({ description: 'Milliseconds until the end of the answer.' }),
    excerpt: z.string().nullable().meta({ description: 'The first KiB of the answer; null without one.' }),
    error: z.string().nullable().meta({ description: 'What went wrong; null when the message was taken.' }),
  })
  .meta({ id: 'WebhookDelivery', description: 'An attempt to deliver a message, and what became of it.' });

function pageOf(id: string, item: z.ZodType, order: string): z.ZodObject {
  return z
    .object({
      data: z.array(item).meta({ description: order }),
      page: z
        .object({
          next: z.string().nullable().meta({ description: 'Cursor of the next page; null on the last.' }),
          limit: z.int().meta({ description: 'Most entries on a page.' }),
        })
        .meta({ description: 'Where the walk stands.' }),
      asOf: z.int().meta({ description: 'The last revision of the journal.' }),
    })
    .meta({ id, description: order });
}

const params = z.object({
  id: z.string().meta({ description: 'Id of the webhook.', param: { example: EXAMPLE_ID } }),
});
const repeatable = z.object({ 'Idempotency-Key': idempotencyKey });
const common = { tags: ['webhooks'], security: NEEDS_KEY };
const WRITE = [...KEYED, 'not-found'] as const;
const ONCE = ['idempotency-key-reused', 'idempotency-in-progress'] as const;
const answeredOnce = { 'Idempotency-Replayed': replayed };

function jsonBody(schema: z.ZodType, example: unknown): object {
  return { required: true, content: { [JSON_TYPE]: { schema, example } } };
}

export const listWebhooksOperation = {
  operationId: 'listWebhooks',
  summary: 'List webhooks',
  description: `All of them, at most ${MAX_WEBHOOKS}, in the order in which they were made. Needs the scope \`admin\`, as does all about webhooks.`,
  ...common,
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  response: {
    200: answer('The webhooks.', pageOf('WebhookPage', Webhook, 'Webhooks, the oldest first.'), found),
    304: notModified,
    ...problemResponses('unauthenticated', 'insufficient-scope', 'not-acceptable', 'unknown-parameter'),
  },
};

export const createWebhookOperation = {
  operationId: 'createWebhook',
  summary: 'Create a webhook',
  description:
    'Sends each change that fits as a message to the URL, in the order of commits, at least once, signed as Standard Webhooks says. The answer alone has the secret. With an `Idempotency-Key` a repeat within 24 hours gets the same answer.',
  ...common,
  headers: repeatable,
  body: jsonBody(WebhookInput, {
    url: 'https://partner.example/hooks/chancery',
    description: 'The archive of a partner',
    filters: { types: 'event', kind: 'signing,ratification' },
  }),
  response: {
    201: answer('The webhook that was created, with its secret.', WebhookWithSecret, createdOnce),
    ...problemResponses(...KEYED, ...BODY, ...ONCE, 'limit-reached'),
  },
};

export const getWebhookOperation = {
  operationId: 'getWebhook',
  summary: 'Read a webhook',
  description: 'Its settings, how far it has come, and what is in its way. The ETag is that of the settings.',
  ...common,
  params,
  response: {
    200: answer('The webhook.', Webhook, found),
    ...problemResponses(
      'unauthenticated',
      'insufficient-scope',
      'not-acceptable',
      'unknown-parameter',
      'not-found',
      'uri-too-long',
    ),
  },
};

const patchExample = { filters: { types: 'event', kind: null }, documents: true };

export const patchWebhookOperation = {
  operationId: 'patchWebhook',
  summary: 'Change a webhook',
  description:
    'JSON Merge Patch (RFC 7396; also under `application/json`) of its settings. What has failed so far counts no more, and the next attempt is made at once.',
  ...common,
  params,
  headers: z.object({ 'If-Match': ifMatch }),
  body: {
    required: true,
    content: Object.fromEntries(
      [MERGE_PATCH, JSON_TYPE].map((type) => [type, { schema: WebhookPatch, example: patchExample }]),
    ),
  },
  response: {
    200: answer('The webhook as it now is.', Webhook, changed),
    ...problemResponses(...WRITE, ...BODY, ...MATCH),
  },
};

export const deleteWebhookOperation = {
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'Ends its messages and removes its deliveries.',
  ...common,
  params,
  headers: z.object({ 'If-Match': ifMatch }),
  response: { 204: { description: 'Deleted.' }, ...problemResponses(...WRITE, ...MATCH) },
};

export const rotateSecretOperation = {
  operationId: 'replaceWebhookSecret',
  summary: 'Exchange the secret of a webhook',
  description:
    'Makes a new secret, which the answer alone has. For as long as both are valid, messages have two signatures, and a receiver that knows either takes them.',
  ...common,
  params,
  headers: repeatable,
  body: jsonBody(SecretRotationInput, { overlapSeconds: DEFAULT_OVERLAP_SECONDS }),
  response: {
    200: answer('The webhook with its new secret.', WebhookWithSecret, { ...changed, ...answeredOnce }),
    ...problemResponses(...WRITE, ...BODY, ...ONCE),
  },
};

export const replayOperation = {
  operationId: 'createWebhookReplay',
  summary: 'Send changes again, or skip some',
  description:
    'The webhook goes on with the first change that fits from a revision on. What is sent again has the `webhook-id` that it had.',
  ...common,
  params,
  headers: repeatable,
  body: jsonBody(ReplayInput, { from: 1 }),
  response: {
    200: answer('The webhook with its new position.', Webhook, { ...changed, ...answeredOnce }),
    ...problemResponses(...WRITE, ...BODY, ...ONCE),
  },
};

export const testOperation = {
  operationId: 'createWebhookTest',
  summary: 'Send a test message',
  description:
    'Sends a signed message of the type `chancery.webhook.test` at once, also to a webhook that is disabled, and tells what became of it. Neither position nor state of the webhook change.',
  ...common,
  params,
  headers: repeatable,
  response: {
    200: answer('The attempt; `delivered` says whether it was taken.', Delivery, answeredOnce),
    ...problemResponses(...WRITE, ...ONCE, 'webhooks-off'),
  },
};

export const listDeliveriesOperation = {
  operationId: 'listWebhookDeliveries',
  summary: 'List deliveries of a webhook',
  description: `The last ${KEPT_DELIVERIES.toLocaleString('en')} attempts, tests among them, newest first, each with what was answered.`,
  ...common,
  params,
  querystring: z.object({ limit: limit(MAX_DELIVERIES), cursor }),
  headers: z.object({ 'If-None-Match': ifNoneMatch }),
  response: {
    200: answer('A page of deliveries.', pageOf('WebhookDeliveryPage', Delivery, 'Attempts, newest first.'), foundPage),
    304: notModified,
    ...problemResponses(...READ, ...CURSOR, 'not-found'),
  },
};
