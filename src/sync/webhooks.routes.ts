import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readHead } from '../db/head.js';
import type { Tx } from '../db/store.js';
import { deleteWebhook, listWebhooks, logDelivery, readDeliveries, type WebhookRow } from '../db/webhooks.js';
import { JSON_TYPE, MERGE_PATCH } from '../http/body.js';
import { answerTag, cacheHeaders, isNotModified, requireTag, versionTag } from '../http/conditional.js';
import { type Answer, isHandled, send, writeOnce } from '../http/idempotency.js';
import { requireAcceptable } from '../http/negotiate.js';
import { readQuery, wholeNumber } from '../http/query.js';
import type { Body } from '../journal/kind.js';
import { Problem } from '../problems.js';
import { nextLink, pinnedRevision, readCursor } from '../resources/operations/paging.js';
import { applyMergePatch } from '../resources/operations/patch.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { requireBody } from '../resources/operations/write.js';
import { parseBody, wrongBody } from '../resources/parse.js';
import { encodeCursor, queryHash } from '../shared/cursor.js';
import type { Targets } from './webhooks/channel.js';
import { messageHeaders, secretsAt, testMessage } from './webhooks/message.js';
import { type Attempt, deliveryOf } from './webhooks/outcome.js';
import { representDelivery, representWebhook } from './webhooks/represent.js';
import {
  changeWebhook,
  createWebhook,
  type Doing,
  MAX_WEBHOOKS,
  replayFrom,
  requireWebhook,
  rotateSecret,
  type Settings,
  settingsOf,
} from './webhooks/settings.js';
import { understandFilters } from './webhooks/subscription.js';
import { TargetError } from './webhooks/target.js';
import * as operations from './webhooks.describe.js';

export interface WebhookParts {
  targets: Targets;
  /** Whether this process sends anything. */
  isOn: boolean;
  /** `User-Agent` of tests. */
  agent: string;
}

const PATH = '/v1/webhooks';
const DEFAULT_DELIVERIES = 50;

/** `/v1/webhooks` and what is below it, for administrators. */
export function registerWebhooks(app: FastifyInstance, services: Services, parts: WebhookParts): void {
  const config = { scope: 'admin' } as const;
  const json = async (request: FastifyRequest) => requireAcceptable(request, [JSON_TYPE]);
  const bare = async (request: FastifyRequest) => void readQuery(request, []);
  // Before the body is read, so that a missing webhook is told first.
  const existing = async (request: FastifyRequest) => void (await requireWebhook(services.store, idOf(request)));
  const body = requireBody([JSON_TYPE]);
  const one = `${PATH}/:id`;
  const route = (schema: object, ...onRequest: ((request: FastifyRequest) => Promise<void>)[]) => ({
    ...{ schema, config, onRequest: [json, ...onRequest] },
  });
  app.get(PATH, route(operations.listWebhooksOperation, bare), listHandler(services));
  app.post(PATH, route(operations.createWebhookOperation, body), createHandler(services, parts));
  app.get(one, route(operations.getWebhookOperation, bare), readHandler(services));
  app.patch(
    one,
    route(operations.patchWebhookOperation, existing, requireBody([MERGE_PATCH, JSON_TYPE])),
    patchHandler(services, parts),
  );
  app.delete(one, route(operations.deleteWebhookOperation, bare, existing), deleteHandler(services));
  app.post(`${one}/rotate-secret`, route(operations.rotateSecretOperation, existing, body), rotateHandler(services));
  app.post(`${one}/replay`, route(operations.replayOperation, existing, body), replayHandler(services));
  app.post(`${one}/test`, route(operations.testOperation, bare, existing), testHandler(services, parts));
  app.get(`${one}/deliveries`, route(operations.listDeliveriesOperation), deliveriesHandler(services));
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function doingOf(request: FastifyRequest, { clock }: Services): Doing {
  return { by: request.principal?.id ?? '', now: clock.now() };
}

function listHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    services.store.snapshot(async (reader) => {
      const { revision } = await readHead(reader);
      const webhooks = (await listWebhooks(reader)).map((webhook) => representWebhook(webhook, revision));
      return page(request, reply, revision, webhooks, null, MAX_WEBHOOKS);
    });
}

function page(
  request: FastifyRequest,
  reply: FastifyReply,
  revision: number,
  data: readonly object[],
  next: string | null,
  limit: number,
): FastifyReply {
  const text = JSON.stringify({ data, page: { next, limit }, asOf: revision });
  const tag = answerTag(revision, queryHash(text));
  cacheHeaders(reply, tag, false, false);
  return isNotModified(request, tag) ? reply.code(304).send() : reply.type(JSON_UTF8).send(text);
}

function createHandler(services: Services, { targets }: WebhookParts) {
  const { store, clock } = services;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { from, ...rest } = parseBody(operations.WebhookInput, operations.INPUT_FIELDS, request.body);
    const settings = rest as unknown as Settings;
    understandFilters(settings.filters, settings.documents);
    if (!(await isHandled(store, clock, request))) await requireTarget(targets, settings.url);
    return writeOnce(store, clock, request, reply, async (tx) => {
      const webhook = await createWebhook(tx, settings, from as number | undefined, doingOf(request, services));
      const location = { location: `${services.baseUrl}${PATH}/${webhook.id}` };
      return answerOf(tx, 201, webhook, location, { secret: webhook.secret });
    });
  };
}

/** Raises `invalid-request` naming `/url`. */
async function requireTarget(targets: Targets, url: string): Promise<void> {
  try {
    await targets.check(url);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    throw wrongBody([{ in: 'body', pointer: '/url', code: error.code, message: error.message }]);
  }
}

/** A webhook as the answer of a write; nobody may keep it, for it may have a secret. */
async function answerOf(
  tx: Tx,
  status: number,
  webhook: WebhookRow,
  headers: Record<string, string> = {},
  more: object = {},
): Promise<Answer> {
  const { revision } = await readHead(tx);
  return {
    status,
    headers: { 'content-type': JSON_UTF8, 'cache-control': 'no-store', etag: versionTag(webhook.version), ...headers },
    body: JSON.stringify({ ...representWebhook(webhook, revision), ...more }),
  };
}

function readHandler({ store }: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    store.snapshot(async (reader) => {
      const webhook = await requireWebhook(reader, idOf(request));
      const { revision } = await readHead(reader);
      // The tag is that of the settings, for `If-Match`; the rest changes without notice, so nothing is kept.
      reply.header('etag', versionTag(webhook.version)).header('cache-control', 'no-store');
      return reply.type(JSON_UTF8).send(JSON.stringify(representWebhook(webhook, revision)));
    });
}

function patchHandler(services: Services, { targets }: WebhookParts) {
  const settingsAfter = (webhook: WebhookRow, patch: unknown): Settings => {
    const merged = applyMergePatch(settingsOf(webhook) as unknown as Body, patch);
    return parseBody(operations.WebhookSettings, operations.SETTINGS_FIELDS, merged) as unknown as Settings;
  };
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const read = await requireWebhook(services.store, idOf(request));
    const wanted = settingsAfter(read, request.body);
    understandFilters(wanted.filters, wanted.documents);
    requireTag(request, versionTag(read.version));
    if (wanted.url !== read.url) await requireTarget(targets, wanted.url);
    const answer = await services.store.write(async (tx) => {
      const webhook = await requireWebhook(tx, read.id);
      requireTag(request, versionTag(webhook.version));
      // With `If-Match: *` another change may have come between; the URL that was checked is the one that is written.
      const settings = { ...settingsAfter(webhook, request.body), url: wanted.url };
      return answerOf(tx, 200, await changeWebhook(tx, webhook, settings, doingOf(request, services)));
    });
    return send(reply, answer);
  };
}

function deleteHandler({ store }: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    await store.write(async (tx) => {
      const webhook = await requireWebhook(tx, idOf(request));
      requireTag(request, versionTag(webhook.version));
      await deleteWebhook(tx, webhook.id);
    });
    return reply.code(204).send();
  };
}

function rotateHandler({ store, clock }: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { overlapSeconds } = parseBody(operations.SecretRotationInput, ['overlapSeconds'], request.body);
    return writeOnce(store, clock, request, reply, async (tx) => {
      const webhook = await requireWebhook(tx, idOf(request));
      const rotated = await rotateSecret(tx, webhook, Number(overlapSeconds), clock.now());
      return answerOf(tx, 200, rotated, {}, { secret: rotated.secret });
    });
  };
}

function replayHandler({ store, clock }: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { from } = parseBody(operations.ReplayInput, ['from'], request.body);
    return writeOnce(store, clock, request, reply, async (tx) =>
      answerOf(tx, 200, await replayFrom(tx, await requireWebhook(tx, idOf(request)), Number(from))),
    );
  };
}

/** Sends a test at once, whatever else is under way, and tells what became of it. */
function testHandler(services: Services, parts: WebhookParts) {
  const { store, clock } = services;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (!parts.isOn) throw new Problem('webhooks-off', 'This process sends nothing to webhooks.');
    const id = idOf(request);
    const attempt = (await isHandled(store, clock, request)) ? undefined : await sendTest(services, parts, id);
    return writeOnce(store, clock, request, reply, async (tx) => {
      if (attempt === undefined) throw new Problem('idempotency-in-progress', 'The first answer was just forgotten.');
      const row = deliveryOf(id, attempt, 1);
      const logged = await logDelivery(tx, row);
      if (logged === undefined) throw new Problem('not-found', 'The webhook was deleted meanwhile.');
      const headers = { 'content-type': JSON_UTF8, 'cache-control': 'no-store' };
      const delivery = representDelivery({ ...row, number: logged.number });
      return { status: 200, headers, body: JSON.stringify(delivery) };
    });
  };
}

async function sendTest({ store, clock }: Services, { targets, agent }: WebhookParts, id: string): Promise<Attempt> {
  const webhook = await requireWebhook(store, id);
  const { epoch } = await readHead(store);
  const now = clock.now();
  const message = testMessage(id, epoch, now);
  const channel = targets.open(webhook.url);
  const started = performance.now();
  const sent = await channel.send(messageHeaders(message, secretsAt(webhook, now), now, agent), message.body);
  const latencyMs = Math.round(performance.now() - started);
  await channel.close();
  return { message, revision: null, at: now, latencyMs, sent };
}

function deliveriesHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const query = readQuery(request, ['limit', 'cursor']);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_DELIVERIES, operations.MAX_DELIVERIES);
    const cursor = readCursor(query.get('cursor')?.[0]);
    return services.store.snapshot(async (reader) => {
      const { id } = await requireWebhook(reader, idOf(request));
      const head = await readHead(reader);
      const walk = queryHash(JSON.stringify(['deliveries', id]));
      if (cursor !== undefined) pinnedRevision(cursor, walk, head, ['integer']);
      const before = Number(cursor?.keys[0] ?? Number.MAX_SAFE_INTEGER);
      const rows = await readDeliveries(reader, id, before, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      const { epoch, revision } = head;
      const next = last ? encodeCursor({ epoch, query: walk, revision, keys: [last.number] }) : null;
      if (next !== null) reply.header('link', nextLink(services, request, next));
      return page(request, reply, revision, rows.slice(0, limit).map(representDelivery), next, limit);
    });
  };
}
