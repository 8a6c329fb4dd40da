import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPreamble } from '../db/look-up.js';
import { answerTag, cacheHeaders, isNotModified } from '../http/conditional.js';
import { isImmutable, parseAsOf, revisionOf } from '../resources/operations/as-of.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { toInstant } from '../shared/clock.js';
import { queryHash } from '../shared/cursor.js';

/** The revision that an answer is of, and whether it was asked for. */
export interface Standing {
  revision: number;
  pinned: boolean;
}

/**
 * Answers a question across records: at the revision that `asOf` names or at the last one, with an entity tag of that
 * revision and the whole query, 304 to who has it, and otherwise what `read` gives, with `asOf` added.
 */
export async function answerAsOf(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  query: ReadonlyMap<string, readonly string[]>,
  read: (standing: Standing) => Promise<object>,
): Promise<FastifyReply> {
  const asOf = parseAsOf(query.get('asOf')?.[0]);
  const instant = asOf && 'instant' in asOf ? asOf.instant : undefined;
  const head = await readPreamble(services.store, [], instant);
  const pinned = asOf && revisionOf(asOf, head, head.revisionAt, toInstant(services.clock.now()));
  const revision = pinned ?? head.revision;
  const path = request.routeOptions.url ?? '';
  const tag = answerTag(revision, queryHash(JSON.stringify([path, ...[...query].sort()])));
  cacheHeaders(reply, tag, asOf !== undefined && isImmutable(asOf, head), services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  const answer = await read({ revision, pinned: pinned !== undefined });
  return reply.type(JSON_UTF8).send(JSON.stringify({ ...answer, asOf: revision }));
}
