import type { FastifyReply, FastifyRequest } from 'fastify';
import { readHead } from '../../db/head.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery, wholeNumber } from '../../http/query.js';
import { diffDocuments } from '../../journal/diff.js';
import { findCurrent, readVersions, type Version } from '../../journal/read.js';
import { encodeCursor, queryHash } from '../../shared/cursor.js';
import type { Resource } from '../resource.js';
import { nextLink, pinnedRevision, readCursor } from './paging.js';
import { notFound } from './read.js';
import { JSON_UTF8, type Services } from './services.js';

export const HISTORY_PARAMETERS = ['limit', 'cursor'] as const;
const DEFAULT_LIMIT = 50;
export const MAX_HISTORY_LIMIT = 200;

/** `GET /v1/{collection}/{ref}/history`: versions newest first, those of deleted and merged records included. */
export function historyHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const query = readQuery(request, HISTORY_PARAMETERS);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_LIMIT, MAX_HISTORY_LIMIT);
    const cursor = readCursor(query.get('cursor')?.[0]);
    return services.store.snapshot(async (reader) => {
      const current = await findCurrent(reader, resource.kind, ref);
      if (current === undefined) throw notFound(resource, ref);
      const head = await readHead(reader);
      const walk = queryHash(`history ${current.id}`);
      const pinned = cursor ? pinnedRevision(cursor, walk, head, ['integer']) : head.revision;
      const tag = answerTag(cursor ? pinned : current.revision, queryHash(JSON.stringify([walk, ...query])));
      cacheHeaders(reply, tag, cursor !== undefined, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      const before = cursor ? Number(cursor.keys[0]) : pinned + 1;
      const versions = await readVersions(reader, current.id, before, limit + 1);
      const shown = versions.slice(0, limit);
      const last = versions.length > limit ? shown.at(-1) : undefined;
      const next = last
        ? encodeCursor({ epoch: head.epoch, query: walk, revision: pinned, keys: [last.revision] })
        : null;
      if (next !== null) reply.header('link', nextLink(services, request, next));
      const data = shown.map((version, index) => entry(version, versions[index + 1]));
      return reply.type(JSON_UTF8).send(JSON.stringify({ data, page: { next, limit }, asOf: pinned }));
    });
  };
}

function entry(version: Version, previous: Version | undefined) {
  const { doc, note, op, changeKind, recordedAt, by, revision, mergedInto, origin } = version;
  return {
    version: version.version,
    revision,
    op,
    changeKind,
    recordedAt,
    by,
    note,
    ...(mergedInto !== null && { mergedInto }),
    ...(origin !== null && { origin }),
    changes: diffDocuments(previous?.doc ?? null, doc),
  };
}
