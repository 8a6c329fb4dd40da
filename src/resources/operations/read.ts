import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Preamble, readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import { cacheHeaders, isNotModified, versionTag } from '../../http/conditional.js';
import { Moved } from '../../http/moved.js';
import { type Query, readQuery } from '../../http/query.js';
import { type Current, findAsOf, findCurrent, findStored, type Version } from '../../journal/read.js';
import { Problem } from '../../problems.js';
import { toInstant } from '../../shared/clock.js';
import { queryHash } from '../../shared/cursor.js';
import type { Resource } from '../resource.js';
import { type AsOf, isImmutable, parseAsOf, revisionOf } from './as-of.js';
import { parseFields, parseInclude } from './parameters.js';
import { JSON_UTF8, type Services } from './services.js';
import { includedText, withFields } from './shape.js';
import { parseOnDay, refuseValidOn } from './valid-on.js';

export const READ_PARAMETERS = ['asOf', 'fields', 'include', 'format'] as const;
const WITH_DAY = [...READ_PARAMETERS, 'validOn'];

interface Found<Doc extends string | Buffer = string> {
  doc: Doc;
  version: number;
  /** The revision it was read as of; undefined for the present. */
  asOf: number | undefined;
  immutable: boolean;
}

/** The reference that the path of a read is: `{ref}`, or `by/{scheme}/{value}` for an external id. */
export function referenceOf(request: FastifyRequest): string {
  const params = request.params as { ref: string } | { scheme: string; value: string };
  return 'ref' in params ? params.ref : `${params.scheme}:${params.value}`;
}

/** Reads the query of a read strictly. */
export function readRecordQuery(resource: Resource, request: FastifyRequest): Query {
  refuseValidOn(resource, request);
  return readQuery(request, resource.validOn === undefined ? READ_PARAMETERS : WITH_DAY);
}

/**
 * `GET /v1/{collection}/{ref}` and `GET /v1/{collection}/by/{scheme}/{value}`: the stored representation as it is, in
 * one query.
 */
export function readHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) =>
    answer(resource, services, referenceOf(request), request, reply);
}

async function answer(
  resource: Resource,
  services: Services,
  ref: string,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const query = readRecordQuery(resource, request);
  if (query.size === 0) return sendPlain(services, await findPlain(resource, services, ref), request, reply);
  const fields = parseFields(resource, query.get('fields')?.[0]);
  const include = parseInclude(resource, query.get('include')?.[0]);
  const asOf = parseAsOf(query.get('asOf')?.[0]);
  const onDay = parseOnDay(resource, query.get('validOn')?.[0]);
  return services.store.snapshot(async (reader) => {
    const { head, found } = await findRecord(resource, services, reader, ref, asOf);
    if (fields === undefined && include.length === 0 && onDay === undefined)
      return sendPlain(services, found, request, reply);
    const variant = queryHash(JSON.stringify([...query].sort()));
    const tag = `W/"v${found.version}-${include.length > 0 ? `r${found.asOf ?? head.revision}-` : ''}${variant}"`;
    cacheHeaders(reply, tag, found.immutable, services.publicRead);
    if (isNotModified(request, tag)) return reply.code(304).send();
    const [doc = ''] = withFields([found.doc], fields);
    const included =
      include.length > 0 ? `,"included":${await includedText(reader, resource, [found.doc], include, found.asOf)}` : '';
    return reply.type(JSON_UTF8).send(`${doc.slice(0, -1)}${onDay?.(found.doc) ?? ''}${included}}`);
  });
}

/** The present representation as bytes, in one query; the document itself only when it is not held already. */
async function findPlain(resource: Resource, services: Services, ref: string): Promise<Found<Buffer>> {
  const key = `${resource.type} ${ref}`;
  const held = services.documents.get(key);
  const stored = await findStored(services.store, resource.kind, ref, held?.revision ?? 0);
  if (held !== undefined && stored?.revision === held.revision) return present(held);
  if (stored === undefined) throw notFound(resource, ref);
  if (stored.doc === null) throw await whyAbsent(resource, services, ref);
  const { revision, version, doc } = stored;
  const read = { revision, version, doc: Buffer.from(doc) };
  services.documents.set(key, read);
  return present(read);
}

function present<Doc extends string | Buffer>({ doc, version }: { doc: Doc; version: number }): Found<Doc> {
  return { doc, version, asOf: undefined, immutable: false };
}

async function whyAbsent(resource: Resource, services: Services, ref: string): Promise<Error> {
  const current = await findCurrent(services.store, resource.kind, ref);
  return current ? absent(current) : notFound(resource, ref);
}

/** The record as it is, or as it was, and the head of the journal. Raises `not-found`, `gone` and `Moved`. */
export async function findRecord(
  resource: Resource,
  services: Services,
  reader: Reader,
  ref: string,
  asOf: AsOf | undefined,
): Promise<{ head: Preamble; found: Found }> {
  const head = await readPreamble(reader, [], asOf && 'instant' in asOf ? asOf.instant : undefined);
  const found = asOf
    ? await findThen(resource, services, reader, ref, asOf, head)
    : requireLive(resource, await findCurrent(reader, resource.kind, ref), ref);
  return { head, found };
}

/** The record as it was. Raises `not-found`, `gone` where it was deleted then and `Moved` where it was merged. */
async function findThen(
  resource: Resource,
  services: Services,
  reader: Reader,
  ref: string,
  asOf: AsOf,
  head: Preamble,
): Promise<Found> {
  const revision = revisionOf(asOf, head, head.revisionAt, toInstant(services.clock.now()));
  const { doc, version } = await requireVersion(resource, reader, ref, revision);
  return { doc, version, asOf: revision, immutable: isImmutable(asOf, head) };
}

/**
 * The version of a record that held at a revision. Raises `not-found`, `gone` where it was deleted then and `Moved` where
 * it was merged.
 */
export async function requireVersion(
  resource: Resource,
  reader: Reader,
  ref: string,
  revision: number,
): Promise<Version & { doc: string }> {
  const version = await findAsOf(reader, resource.kind, ref, revision);
  if (version === undefined) throw notFound(resource, ref, ` at revision ${revision}`);
  const { doc } = version;
  if (doc === null) throw absent({ ...version, id: version.entity });
  return { ...version, doc };
}

function sendPlain(
  services: Services,
  found: Found<string | Buffer>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const tag = versionTag(found.version);
  cacheHeaders(reply, tag, found.immutable, services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  return reply.type(JSON_UTF8).send(found.doc);
}

/** The record as it is now. Raises `not-found`, `gone` with when and why, and `Moved`. */
function requireLive(resource: Resource, current: Current | undefined, ref: string): Found {
  if (current === undefined) throw notFound(resource, ref);
  if (current.doc === null) throw absent(current);
  return present({ doc: current.doc, version: current.version });
}

/** The live record that a change is about. Raises `not-found`, and `gone` where it was deleted or merged. */
export function requireThere(resource: Resource, current: Current | undefined, ref: string): Current {
  if (current === undefined) throw notFound(resource, ref);
  if (current.deleted) throw gone(current);
  return current;
}

export function notFound(resource: Resource, ref: string, when = ''): Problem {
  return new Problem(
    'not-found',
    `No ${resource.type} has the id, slug or external id \`${ref.slice(0, 200)}\`${when}.`,
  );
}

/** The last version of a record that is no more: when that was, why, and what it goes on as. */
type Ended = Pick<Current, 'id' | 'recordedAt' | 'note' | 'mergedInto'>;

/** Why a record that is no more cannot be read: `gone` when it was deleted, and where to go when it was merged. */
export function absent(ended: Ended): Problem | Moved {
  return ended.mergedInto === null ? gone(ended) : new Moved(ended.mergedInto);
}

function gone({ id, recordedAt, note, mergedInto }: Ended): Problem {
  const reason = note !== null && { reason: note };
  if (mergedInto === null)
    return new Problem('gone', 'The record was deleted.', { extra: { id, deletedAt: recordedAt, ...reason } });
  return new Problem('gone', `The record was merged into ${mergedInto}; change that one.`, {
    extra: { id, mergedInto, mergedAt: recordedAt, ...reason },
  });
}
