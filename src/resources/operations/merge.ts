import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireIfMatch } from '../../http/conditional.js';
import { writeOnce } from '../../http/idempotency.js';
import { findCurrent } from '../../journal/read.js';
import { parseBody } from '../parse.js';
import type { Resource } from '../resource.js';
import { liveRecord, mergeRecord } from './effects.js';
import { notFound, requireThere } from './read.js';
import type { Services } from './services.js';
import { actingFor, answerOf, requireCurrent } from './write.js';

/** What `POST …/merge` takes. */
export const MergeInput = z
  .strictObject({
    into: z
      .string()
      .min(1)
      .max(300)
      .meta({ description: 'The record of the same type that goes on: its id, slug or `{scheme}:{value}`.' }),
  })
  .meta({ id: 'MergeInput', description: 'Into which record to merge.' });

/**
 * Finds the record that is to be merged away before the body is read. One that is no more is told at once, except to
 * who may be repeating the request that ended it: the key finds the answer first.
 */
export function requireMergeable(resource: Resource, services: Services) {
  return async (request: FastifyRequest) => {
    const { ref } = request.params as { ref: string };
    const current = await findCurrent(services.store, resource.kind, ref);
    if (current === undefined) throw notFound(resource, ref);
    const mayRepeat = request.headers['idempotency-key'] !== undefined;
    request.current = mayRepeat ? current : requireThere(resource, current, ref);
  };
}

/** `POST /v1/{collection}/{ref}/merge`: the record goes on as another of its type. */
export function mergeHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { into } = parseBody(MergeInput, ['into'], request.body);
    const acting = actingFor(services, request);
    const { id } = requireCurrent(request);
    const match = requireIfMatch(request);
    return writeOnce(services.store, services.clock, request, reply, async (tx) => {
      const merged = await liveRecord(tx, resource, id);
      const effect = await mergeRecord(tx, acting, resource, merged, String(into), match);
      const answer = answerOf(resource, services, effect);
      const location = `${services.baseUrl}/v1/${resource.collection}/${effect.id}`;
      return { ...answer, headers: { ...answer.headers, location, 'content-location': location } };
    });
  };
}
