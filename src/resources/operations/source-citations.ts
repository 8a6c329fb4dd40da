import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery, wholeNumber } from '../../http/query.js';
import { citationsOf, type PointingRow, pointingPosition, readPointing } from '../../journal/citations.js';
import type { Document } from '../../journal/kind.js';
import { documentsById } from '../../journal/read.js';
import { type Cursor, encodeCursor, queryHash } from '../../shared/cursor.js';
import type { ResourceType } from '../../shared/ids.js';
import { resourceOfType } from '../index.js';
import type { Resource } from '../resource.js';
import { parseAsOf } from './as-of.js';
import { annotationPage, type Citing } from './formats/annotations.js';
import { baseOf } from './formats/base.js';
import { contentType, type Format } from './formats/format.js';
import { nextAddress, nextLink, readCursor } from './paging.js';
import { beginWalk, type RecordWalk } from './record-walk.js';
import { JSON_UTF8, type Services } from './services.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const KEYS = ['text', 'integer', 'integer', 'text'] as const;

interface Wanted {
  limit: number;
  cursor: Cursor | undefined;
  asOf: ReturnType<typeof parseAsOf>;
}

/** `GET /v1/sources/{ref}/citations`: the records that cite a source, with each of their citations of it. */
export function citationsHandler(resource: Resource, services: Services) {
  return async (format: Format, request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const query = readQuery(request, ['limit', 'cursor', 'asOf', 'format']);
    const one = (name: string) => query.get(name)?.[0];
    const wanted = {
      limit: wholeNumber('limit', one('limit'), DEFAULT_LIMIT, MAX_LIMIT),
      cursor: readCursor(one('cursor')),
      asOf: parseAsOf(one('asOf')),
    };
    const base = format === 'jsonld' ? baseOf(services, request) : '';
    return services.store.snapshot(async (reader) => {
      const at = await beginWalk(resource, services, reader, ref, wanted, ['citations'], KEYS);
      const tag = answerTag(at.revision, queryHash(JSON.stringify([at.walk, wanted.limit, wanted.cursor?.keys, base])));
      cacheHeaders(reply, tag, at.immutable, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      const { data, next } = await readPage(reader, at, wanted);
      if (next !== null) reply.header('link', nextLink(services, request, next));
      const { id, revision, pinned } = at;
      if (format === 'json') {
        const page = { next, limit: wanted.limit };
        return reply.type(JSON_UTF8).send(JSON.stringify({ data, page, asOf: revision }));
      }
      const textSha256 = await textThen(reader, id, pinned);
      const addresses = {
        page: nextAddress(base, request, one('cursor')),
        first: nextAddress(base, request, undefined),
        next: next === null ? undefined : nextAddress(base, request, next),
      };
      return reply.type(contentType('jsonld')).send(annotationPage({ base, id, textSha256 }, addresses, data));
    });
  };
}

/** Records that point at the source otherwise than by a citation are left out, so a page may be shorter than asked. */
async function readPage(
  reader: Reader,
  { id, walk, pinned, revision, epoch }: RecordWalk,
  { limit, cursor }: Wanted,
): Promise<{ data: Citing[]; next: string | null }> {
  const rows = await readPointing(reader, { id, asOf: pinned }, limit + 1, cursor?.keys);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const next = last ? encodeCursor({ epoch, query: walk, revision, keys: pointingPosition(last) }) : null;
  return { data: rows.slice(0, limit).flatMap((row) => citingOf(row, id)), next };
}

function citingOf({ id, type, slug, label, doc }: PointingRow, source: string): Citing[] {
  if (doc === null) return [];
  const { kind } = resourceOfType(type as ResourceType);
  const citations = citationsOf(kind, JSON.parse(doc) as Document, source);
  return citations.length === 0 ? [] : [{ record: { id, type, slug, label }, citations }];
}

async function textThen(reader: Reader, id: string, asOf: number | undefined): Promise<string | undefined> {
  const source = (await documentsById(reader, [id], asOf)).get(id) as { textSha256?: string } | undefined;
  return source?.textSha256;
}
