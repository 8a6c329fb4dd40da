import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { JSON_TYPE } from '../http/body.js';
import { answerTag, cacheHeaders, isNotModified } from '../http/conditional.js';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, readQuery, wholeNumber } from '../http/query.js';
import { nextLink } from '../resources/operations/paging.js';
import { JSON_UTF8, type Services } from '../resources/operations/services.js';
import { queryHash } from '../shared/cursor.js';
import { changesOperation } from './changes.describe.js';
import type { Place } from './changes.js';
import {
  ALL_FILTERS,
  beginFollowing,
  changeText,
  cursorAt,
  FOLLOW_PARAMETERS,
  type FollowedPage,
  type Following,
  readFollowing,
  understandFollowing,
} from './followed.js';
import type { Followers } from './followers.js';
import { DEFAULT_CHANGES, MAX_CHANGES, MAX_WAIT_SECONDS } from './limits.js';
import { orRestart } from './restart.js';

/** `GET /v1/changes`. */
export function registerChanges(app: FastifyInstance, services: Services, followers: Followers): void {
  app.get('/v1/changes', { schema: changesOperation, config: { scope: 'read' } }, async (request, reply) => {
    requireAcceptable(request, [JSON_TYPE]);
    const query = readFollowQuery(request, ['limit', 'wait']);
    const limit = wholeNumber('limit', query.get('limit')?.[0], DEFAULT_CHANGES, MAX_CHANGES);
    const waitMs = wholeNumber('wait', query.get('wait')?.[0], 0, MAX_WAIT_SECONDS, 0) * 1_000;
    const wanted = understandFollowing(query);
    return orRestart(services.baseUrl, async () => {
      const following = await services.store.snapshot((reader) => beginFollowing(reader, wanted));
      const release = followers.admit();
      try {
        const page = await readPatiently(services, followers, following, limit, waitMs, goneOf(reply));
        return answer(services, followers, request, reply, following, page, query);
      } finally {
        release();
      }
    });
  });
}

/** Reads the query of a feed strictly: its own parameters, those given, and every filter. */
export function readFollowQuery(request: FastifyRequest, own: readonly string[]): Query {
  return readQuery(request, [...FOLLOW_PARAMETERS, ...own, ...ALL_FILTERS], ALL_FILTERS);
}

/** Aborted once the answer can no longer be delivered, or was. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

/** A page; if it would be empty, the first that is not, or an empty one when the wait is over. */
async function readPatiently(
  { store }: Services,
  followers: Followers,
  following: Following,
  limit: number,
  waitMs: number,
  gone: AbortSignal,
): Promise<FollowedPage> {
  const end = performance.now() + waitMs;
  let place: Place = following.start;
  for (;;) {
    const page = await store.snapshot((reader) => readFollowing(reader, following, place, limit));
    const left = end - performance.now();
    const isOver = left <= 0 || followers.closing || gone.aborted;
    if (page.changes.length > 0 || page.hasMore || isOver) return page;
    place = page.place;
    await followers.wait(page.head, left, gone);
  }
}

function answer(
  services: Services,
  followers: Followers,
  request: FastifyRequest,
  reply: FastifyReply,
  following: Following,
  { changes, place, head, hasMore }: FollowedPage,
  query: Query,
): FastifyReply {
  const next = cursorAt(following, place);
  const tag = answerTag(head, queryHash(JSON.stringify([following.epoch, following.hash, ...[...query].sort()])));
  cacheHeaders(reply, tag, false, services.publicRead);
  reply.header('link', nextLink(services, request, next));
  // Kept alive, a connection that has waited would hold up the stop.
  if (followers.closing) reply.header('connection', 'close');
  if (isNotModified(request, tag)) return reply.code(304).send();
  const texts = changes.map((change) => changeText(change, following.followed.docs));
  const members = [`"data":[${texts.join()}]`, `"head":${head}`, `"hasMore":${hasMore}`, `"next":"${next}"`];
  return reply.type(JSON_UTF8).send(`{${members.join()}}`);
}
