import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery, wholeNumber } from '../../http/query.js';
import { type LinkRow, linkPosition, readLinks } from '../../journal/links.js';
import { invalidParameter } from '../../problems.js';
import { type Cursor, encodeCursor, queryHash } from '../../shared/cursor.js';
import { dayToIso, NO_EARLIEST, NO_LATEST } from '../../shared/edtf.js';
import type { Resource } from '../resource.js';
import { parseAsOf } from './as-of.js';
import { type KeyKinds, nextLink, readCursor } from './paging.js';
import { beginWalk } from './record-walk.js';
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
  const { directions, relation, cursor } = wanted;
  const what = ['links', directions, relation ?? ''] as const;
  const kinds = cursor ? keysOf(cursor) : [];
  const at = await beginWalk(resource, services, reader, ref, wanted, what, kinds);
  const { id, walk, epoch, pinned, revision, immutable } = at;
  const tag = answerTag(revision, queryHash(`${walk} ${wanted.limit} ${cursor?.keys.join() ?? ''}`));
  cacheHeaders(reply, tag, immutable, services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  const page = await readBoth(reader, id, wanted, pinned);
  const last = page.length > wanted.limit ? page[wanted.limit - 1] : undefined;
  const keys = last && [last.direction, ...linkPosition(last.direction, last.row)];
  const next = keys ? encodeCursor({ epoch, query: walk, revision, keys }) : null;
  if (next !== null) reply.header('link', nextLink(services, request, next));
  const data = page.slice(0, wanted.limit).map(represent);
  return reply.type(JSON_UTF8).send(JSON.stringify({ data, page: { next, limit: wanted.limit }, asOf: revision }));
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
