import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Preamble, readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery, wholeNumber } from '../../http/query.js';
import { type LinkRow, linkPosition, readLinks } from '../../journal/links.js';
import { findAsOf, findCurrent } from '../../journal/read.js';
import { invalidParameter } from '../../problems.js';
import { toInstant } from '../../shared/clock.js';
import { type Cursor, encodeCursor, queryHash } from '../../shared/cursor.js';
import { dayToIso, NO_EARLIEST, NO_LATEST } from '../../shared/edtf.js';
import type { Resource } from '../resource.js';
import { isImmutable, parseAsOf, revisionOf } from './as-of.js';
import { type KeyKinds, nextLink, pinnedRevision, readCursor } from './paging.js';
import { gone, notFound } from './read.js';
import { JSON_UTF8, type Services } from './services.js';

export const LINK_PARAMETERS = ['direction', 'relation', 'limit', 'cursor', 'asOf'] as const;
const DEFAULT_LIMIT = 50;
export const MAX_LINKS_LIMIT = 200;
type Direction = 'out' | 'in';

interface LinkRequest {
  directions: Direction[];
  relation: string | undefined;
  limit: number;
  cursor: Cursor | undefined;
  asOf: ReturnType<typeof parseAsOf>;
}

/** `GET /v1/{collection}/{ref}/links`: edges out of the record, then edges into it. */
export function linksHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const query = readQuery(request, LINK_PARAMETERS);
    const one = (name: string) => query.get(name)?.[0];
    const wanted: LinkRequest = {
      directions: directionsOf(one('direction') ?? 'both'),
      relation: one('relation'),
      limit: wholeNumber('limit', one('limit'), DEFAULT_LIMIT, MAX_LINKS_LIMIT),
      cursor: readCursor(one('cursor')),
      asOf: parseAsOf(one('asOf')),
    };
    return services.store.snapshot((reader) => answer(resource, services, ref, wanted, reader, request, reply));
  };
}

function directionsOf(text: string): Direction[] {
  if (text === 'both') return ['out', 'in'];
  if (text === 'out' || text === 'in') return [text];
  throw invalidParameter('direction', 'must be one of out, in, both');
}

async function answer(
  resource: Resource,
  services: Services,
  ref: string,
  wanted: LinkRequest,
  reader: Reader,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const head = await readPreamble(
    reader,
    [],
    wanted.asOf && 'instant' in wanted.asOf ? wanted.asOf.instant : undefined,
  );
  const id = await requireId(resource, services, reader, ref, wanted, head);
  const walk = queryHash(JSON.stringify(['links', id, wanted.directions, wanted.relation ?? '', wanted.asOf ?? '']));
  const asked = wanted.asOf && revisionOf(wanted.asOf, head, head.revisionAt, toInstant(services.clock.now()));
  const pinned = wanted.cursor ? pinnedRevision(wanted.cursor, walk, head, keysOf(wanted.cursor)) : asked;
  const revision = pinned ?? head.revision;
  const tag = answerTag(revision, queryHash(`${walk} ${wanted.limit} ${wanted.cursor?.keys.join() ?? ''}`));
  const immutable = wanted.cursor !== undefined || (wanted.asOf !== undefined && isImmutable(wanted.asOf, head));
  cacheHeaders(reply, tag, immutable, services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  const page = await readBoth(reader, id, wanted, pinned);
  const last = page.length > wanted.limit ? page[wanted.limit - 1] : undefined;
  const keys = last && [last.direction, ...linkPosition(last.direction, last.row)];
  const next = keys ? encodeCursor({ epoch: head.epoch, query: walk, revision, keys }) : null;
  if (next !== null) reply.header('link', nextLink(services, request, next));
  const data = page.slice(0, wanted.limit).map(represent);
  return reply.type(JSON_UTF8).send(JSON.stringify({ data, page: { next, limit: wanted.limit }, asOf: revision }));
}

/** The record that is asked about, by a reference read as it was then. Raises `not-found` and `gone`. */
export async function requireId(
  resource: Resource,
  services: Services,
  reader: Reader,
  ref: string,
  wanted: Pick<LinkRequest, 'asOf' | 'cursor'>,
  head: Preamble,
): Promise<string> {
  if (wanted.asOf !== undefined) {
    const revision = revisionOf(wanted.asOf, head, head.revisionAt, toInstant(services.clock.now()));
    const version = await findAsOf(reader, resource.kind, ref, revision);
    if (version === undefined) throw notFound(resource, ref, ` at revision ${revision}`);
    if (version.doc === null) throw gone(version.entity, version.recordedAt, version.note);
    return version.entity;
  }
  const current = await findCurrent(reader, resource.kind, ref);
  if (current === undefined) throw notFound(resource, ref);
  if (current.deleted && wanted.cursor === undefined) throw gone(current.id, current.recordedAt, current.note);
  return current.id;
}

/** The direction that the page before ended in, and the edge in it. */
function keysOf({ keys }: Cursor): KeyKinds {
  return ['text', ...Array<'integer'>(keys[0] === 'out' ? 2 : 4).fill('integer')];
}

/** One edge more than the limit, if there are so many: the edges out first, then the edges in. */
async function readBoth(reader: Reader, id: string, wanted: LinkRequest, asOf: number | undefined) {
  const [resumed, ...position] = wanted.cursor?.keys ?? [];
  const page: { direction: Direction; row: LinkRow }[] = [];
  for (const direction of wanted.directions) {
    if (resumed === 'in' && direction === 'out') continue;
    const missing = wanted.limit + 1 - page.length;
    if (missing <= 0) break;
    const from = direction === resumed ? position : undefined;
    const rows = await readLinks(reader, direction, { id, relation: wanted.relation, asOf }, missing, from);
    page.push(...rows.map((row) => ({ direction, row })));
  }
  return page;
}

function represent({ direction, row }: { direction: Direction; row: LinkRow }) {
  const { relation, role, id, type, slug, label, validFrom, validTo } = row;
  const validity = { earliest: dayOrNull(validFrom), latest: dayOrNull(validTo) };
  return {
    direction,
    relation,
    ...(role !== null && { role }),
    record: { id, type, slug, label },
    ...((validity.earliest !== null || validity.latest !== null) && { validity }),
  };
}

/** Sentinels are no days: an edge that never held has them in place of bounds. */
function dayOrNull(day: number | null): string | null {
  return day === null || day === NO_EARLIEST || day === NO_LATEST ? null : dayToIso(day);
}
