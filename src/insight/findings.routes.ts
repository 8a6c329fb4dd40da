import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { atRevision, readPreamble } from '../db/look-up.js';
import type { Reader, Tx } from '../db/store.js';
import { JSON_TYPE } from '../http/body.js';
import { readAuthor } from '../http/change.js';
import { answerTag, cacheHeaders, isNotModified, requireTag } from '../http/conditional.js';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, readQuery, wholeNumber } from '../http/query.js';
import type { Json } from '../journal/kind.js';
import { findCurrent } from '../journal/read.js';
import type { Author } from '../journal/record.js';
import { Problem } from '../problems.js';
import { requireCode } from '../resources/common.filters.js';
import type { Acknowledgement } from '../resources/common.schema.js';
import { resourceOfType } from '../resources/index.js';
import { recordOf } from '../resources/operations/filter-plan.js';
import { nextLink, pinnedRevision, readCursor } from '../resources/operations/paging.js';
import { readCodes, splitList } from '../resources/operations/parameters.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { requireBody } from '../resources/operations/write.js';
import { parseBody } from '../resources/parse.js';
import { toInstant } from '../shared/clock.js';
import { encodeCursor, queryHash } from '../shared/cursor.js';
import { isFindingId, RESOURCE_TYPES, type ResourceType, typeOfId } from '../shared/ids.js';
import { parseReference } from '../shared/reference.js';
import type { Findings } from './findings/findings.js';
import {
  countFindings,
  type FindingFilter,
  findFinding,
  type Kept,
  positionOf,
  readFindings,
  readState,
} from './findings/ledger.js';
import { represent } from './findings/represent.js';
import { SEVERITIES, type Severity } from './findings/rule.js';
import { RULES } from './findings/rules/index.js';
import {
  AcknowledgementInput,
  acknowledgeOperation,
  getFindingOperation,
  listFindingsOperation,
  MAX_FINDINGS,
  withdrawOperation,
} from './findings.describe.js';

const DEFAULT_LIMIT = 50;
const PARAMETERS = Object.keys(listFindingsOperation.querystring.shape);
const KEYS = ['integer', 'text', 'text'] as const;
const NOTE_MAX = 500;
/** Findings of one record that are looked through for acknowledgements; more are hardly ever there. */
const MAX_KEPT = 1_000;

/** `/v1/findings` and what is below it. */
export function registerFindings(app: FastifyInstance, services: Services, findings: Findings): void {
  const read = { scope: 'read' } as const;
  const write = { scope: 'write' } as const;
  const url = '/v1/findings/:id/acknowledgement';
  const json = async (request: FastifyRequest) => requireAcceptable(request, [JSON_TYPE]);
  // Before the body is read, so that a missing finding is told first.
  const existing = async (request: FastifyRequest) => {
    await findings.caughtUp();
    await requireFinding(services.store, request);
  };
  app.get('/v1/findings', { schema: listFindingsOperation, config: read }, listHandler(services, findings));
  app.get('/v1/findings/:id', { schema: getFindingOperation, config: read }, readHandler(services, findings));
  app.put(
    url,
    { schema: acknowledgeOperation, config: write, onRequest: [json, existing, requireBody([JSON_TYPE])] },
    acknowledgeHandler(services),
  );
  app.delete(url, { schema: withdrawOperation, config: write, onRequest: [json, existing] }, withdrawHandler(services));
}

function listHandler(services: Services, findings: Findings) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readQuery(request, PARAMETERS);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_LIMIT, MAX_FINDINGS);
    const cursor = readCursor(query.get('cursor')?.[0]);
    const count = query.get('count')?.[0] ?? 'none';
    requireCode('count', count, ['none', 'exact']);
    const { filter: plain, references, texts } = readFilter(query);
    const checked = await findings.caughtUp();
    return services.store.snapshot(async (reader) => {
      const head = await readPreamble(reader, references);
      const { serial } = await readState(reader);
      const named = await atRevision(reader, references, head.references, head.revision);
      const records = texts?.map((text, index) => recordOf(RECORD, text, named[index] ?? 'missing').id);
      const filter = { ...plain, records };
      const walk = queryHash(JSON.stringify(['findings', filter]));
      if (cursor !== undefined) pinnedRevision(cursor, walk, head, KEYS);
      const whole = queryHash(JSON.stringify([walk, limit, count, cursor?.keys ?? [], checked, serial]));
      const tag = answerTag(head.revision, whole);
      cacheHeaders(reply, tag, false, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      const kept = await readFindings(reader, filter, limit + 1, cursor?.keys);
      const last = kept.length > limit ? kept[limit - 1] : undefined;
      const next = last
        ? encodeCursor({ epoch: head.epoch, query: walk, revision: head.revision, keys: [...positionOf(last)] })
        : null;
      if (next !== null) reply.header('link', nextLink(services, request, next));
      const data = await represent(reader, kept.slice(0, limit));
      const body = {
        ...{ data, page: { next, limit }, asOf: head.revision, checked },
        ...(count === 'exact' && { count: await countFindings(reader, filter) }),
      };
      return reply.type(JSON_UTF8).send(JSON.stringify(body));
    });
  };
}

const RECORD = { name: 'record', to: 'any' } as const;

function readFilter(query: Query) {
  const acknowledged = query.get('acknowledged')?.[0];
  if (acknowledged !== undefined) requireCode('acknowledged', acknowledged, ['true', 'false']);
  const record = query.get('record')?.[0];
  const texts = record === undefined ? undefined : splitList('record', record);
  const filter: FindingFilter = {
    rules: readCodes(
      query,
      'rule',
      RULES.map(({ name }) => name),
    ),
    severities: readCodes(query, 'severity', Object.keys(SEVERITIES) as Severity[]),
    types: readCodes(query, 'type', RESOURCE_TYPES),
    acknowledged: acknowledged === undefined ? undefined : acknowledged === 'true',
  };
  const references = (texts ?? []).map((text) => ({ reference: parseReference(text), type: 'any' }));
  return { filter, references, texts };
}

function readHandler(services: Services, findings: Findings) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    requireAcceptable(request, [JSON_TYPE]);
    readQuery(request, []);
    await findings.caughtUp();
    const { text, tag } = await services.store.snapshot((reader) => requireFinding(reader, request));
    cacheHeaders(reply, tag, false, services.publicRead);
    if (isNotModified(request, tag)) return reply.code(304).send();
    return reply.type(JSON_UTF8).send(text);
  };
}

/** A finding as it is kept, as JSON text, and its ETag. Raises `not-found`. */
async function requireFinding(reader: Reader, request: FastifyRequest) {
  const { id } = request.params as { id: string };
  const kept = isFindingId(id) ? await findFinding(reader, id) : undefined;
  if (kept === undefined) throw new Problem('not-found', `There is no finding \`${id.slice(0, 200)}\`, or no longer.`);
  return { kept, ...(await written(reader, kept)) };
}

async function written(reader: Reader, kept: Kept): Promise<{ text: string; tag: string }> {
  const [finding] = await represent(reader, [kept]);
  const text = JSON.stringify(finding);
  return { text, tag: `"${queryHash(text)}"` };
}

function acknowledgeHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { reason } = parseBody(AcknowledgementInput, ['reason'], request.body) as { reason: string };
    const author = authorOf(request, reason);
    const { text, tag } = await services.store.write(async (tx) => {
      const { kept, tag: present } = await requireFinding(tx, request);
      requireTag(request, present);
      const earlier = kept.acknowledgement;
      if (earlier?.reason === reason) return written(tx, kept);
      const { id: finding, fingerprint } = kept;
      const at = toInstant(services.clock.now());
      const acknowledgement = { finding, fingerprint, reason, by: author.by, at };
      await keepAcknowledgement(services, tx, kept, acknowledgement, author);
      return written(tx, { ...kept, acknowledgement });
    });
    return reply.type(JSON_UTF8).header('etag', tag).send(text);
  };
}

function withdrawHandler(services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request, []);
    const author = authorOf(request, null);
    await services.store.write(async (tx) => {
      const { kept, tag } = await requireFinding(tx, request);
      if (kept.acknowledgement === undefined) throw new Problem('not-found', 'The finding is not acknowledged.');
      requireTag(request, tag);
      await keepAcknowledgement(services, tx, kept, undefined, author);
    });
    return reply.code(204).send();
  };
}

/** Looking at a finding says nothing else of the record, unless the caller says so; the reason is note enough. */
function authorOf(request: FastifyRequest, reason: string | null): Author {
  const author = readAuthor(request);
  const changeKind = request.headers['change-kind'] === undefined ? 'editorial' : author.changeKind;
  return { ...author, changeKind, note: author.note ?? reason?.slice(0, NOTE_MAX) ?? null };
}

/** Writes the acknowledgement, or none, in place of an earlier one of the finding. Those of findings that are gone go. */
async function keepAcknowledgement(
  services: Services,
  tx: Tx,
  { id, owners: [owner] }: Kept,
  acknowledgement: Acknowledgement | undefined,
  author: Author,
): Promise<void> {
  const { kind } = resourceOfType(typeOfId(owner) as ResourceType);
  const current = await findCurrent(tx, kind, owner);
  if (current?.doc == null) throw new Error(`the finding ${id} is of ${owner}, which is not there`);
  const { acknowledgements = [] } = JSON.parse(current.doc) as { acknowledgements?: Acknowledgement[] };
  const present = new Set((await readFindings(tx, { records: [owner] }, MAX_KEPT)).map((kept) => kept.id));
  const others = acknowledgements.filter(({ finding }) => finding !== id && present.has(finding));
  const all = [...others, ...(acknowledgement ? [acknowledgement] : [])];
  await services.journal.keep(tx, kind, current, { acknowledgements: (all.length > 0 ? all : null) as Json }, author);
}
