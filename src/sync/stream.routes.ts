import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireAcceptable } from '../http/negotiate.js';
import { type Query, wholeNumber } from '../http/query.js';
import { Problem } from '../problems.js';
import type { Services } from '../resources/operations/services.js';
import { decodeCursor } from '../shared/cursor.js';
import { goneOf, readFollowQuery } from './changes.routes.js';
import { beginFollowing, understandFollowing } from './followed.js';
import type { Followers } from './followers.js';
import { MAX_QUIET_SECONDS, MAX_STREAMED, STALL_SECONDS } from './limits.js';
import { orRestart } from './restart.js';
import { streamOperation } from './stream.describe.js';
import { droppingStalled, eventTexts } from './stream.js';

const EVENT_STREAM = 'text/event-stream';

/** `GET /v1/changes/stream`. */
export function registerStream(app: FastifyInstance, services: Services, followers: Followers): void {
  app.get('/v1/changes/stream', { schema: streamOperation, config: { scope: 'read' } }, async (request, reply) => {
    requireAcceptable(request, [EVENT_STREAM]);
    const query = readFollowQuery(request, ['limit', 'wait']);
    const end = {
      changes: query.has('limit') ? wholeNumber('limit', query.get('limit')?.[0], 0, MAX_STREAMED) : undefined,
      quietMs: query.has('wait')
        ? wholeNumber('wait', query.get('wait')?.[0], 0, MAX_QUIET_SECONDS) * 1_000
        : undefined,
    };
    const wanted = understandFollowing(resumed(request, query));
    return orRestart(services.baseUrl, async () => {
      const following = await services.store.snapshot((reader) => beginFollowing(reader, wanted));
      if (request.method === 'HEAD') return send(reply, Readable.from([]));
      const release = followers.admit();
      const texts = eventTexts(services.store, followers, following, end, goneOf(reply));
      return send(reply, droppingStalled(texts, STALL_SECONDS * 1_000).once('close', release));
    });
  });
}

/** A client that connects again says where it stands in a header; its address still says where it began. */
function resumed(request: FastifyRequest, query: Query): Query {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return query;
  if (decodeCursor(String(id)) === undefined) {
    throw new Problem('cursor-malformed', 'Last-Event-ID is not the id of an event of this stream.', {
      errors: [
        {
          in: 'header',
          parameter: 'Last-Event-ID',
          code: 'malformed',
          message: 'must be the `id` of an earlier event',
        },
      ],
    });
  }
  const others = [...query].filter(([name]) => name !== 'since' && name !== 'cursor');
  return new Map([...others, ['cursor', [String(id)]]]);
}

/** The connection is for the stream alone: kept alive behind it, it would hold up the stop of the service. */
function send(reply: FastifyReply, stream: Readable): FastifyReply {
  return reply
    .type(`${EVENT_STREAM}; charset=utf-8`)
    .headers({ 'cache-control': 'no-store', connection: 'close', 'x-accel-buffering': 'no' })
    .send(stream);
}
