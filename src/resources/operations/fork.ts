import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readAuthor } from '../../http/change.js';
import { NEEDS_KEY, problemResponses } from '../../http/describe.js';
import { writeOnce } from '../../http/idempotency.js';
import { readQuery } from '../../http/query.js';
import { fork } from '../../journal/foreign.js';
import { Problem } from '../../problems.js';
import type { Resource } from '../resource.js';
import { answer, BODY, changed, changeHeaders, EXISTING, idempotencyKey, KEYED, replayed } from './describe.js';
import { refParameter } from './describe-parameters.js';
import { liveRecord } from './effects.js';
import type { Services } from './services.js';
import { requireCurrent, written } from './write.js';

/** `POST /v1/{collection}/{ref}/fork`: a mirrored record becomes ours, by a version that says the same. */
export function forkHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request, []);
    requireNothing(request.body);
    const author = readAuthor(request);
    const { id } = requireCurrent(request);
    return writeOnce(services.store, services.clock, request, reply, async (tx) => {
      const current = await liveRecord(tx, resource, id);
      return written(resource, services, await fork(tx, services.clock, resource.kind, current, author), false);
    });
  };
}

/** Clients that always send JSON may send an empty object. */
function requireNothing(body: unknown): void {
  if (body == null || (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0)) return;
  throw new Problem('invalid-request', 'A fork takes no body.', {
    errors: [{ in: 'body', pointer: '', code: 'not-allowed', message: 'must be left out' }],
  });
}

export function describeFork(resource: Resource): object {
  const { type, name } = resource;
  return {
    operationId: `fork${name}`,
    summary: `Make a mirrored ${type} ours`,
    description:
      'Makes a version that says the same and is edited here from now on; what changes where it was mirrored from is not taken over any more. A record that is ours already stays as it is. See docs/mirroring.md.',
    tags: [resource.collection],
    security: NEEDS_KEY,
    params: refParameter(resource, 'seed'),
    headers: z.object({ 'Idempotency-Key': idempotencyKey, ...changeHeaders }),
    response: {
      200: answer('The record, which is ours.', resource.representation, {
        ...changed,
        'Idempotency-Replayed': replayed,
      }),
      ...problemResponses(...KEYED, ...EXISTING, ...BODY, 'idempotency-key-reused', 'idempotency-in-progress'),
    },
  };
}
