import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Reader, Tx } from '../../db/store.js';
import { readAuthor } from '../../http/change.js';
import { type Precondition, requireIfMatch } from '../../http/conditional.js';
import { type Answer, writeOnce } from '../../http/idempotency.js';
import type { Body } from '../../journal/kind.js';
import { type Current, findCurrent } from '../../journal/read.js';
import type { Author } from '../../journal/record.js';
import { resolveReferences } from '../../journal/references.js';
import { Problem } from '../../problems.js';
import { kinds } from '../index.js';
import { parseBody } from '../parse.js';
import type { Resource } from '../resource.js';
import { notFound, requireThere } from './read.js';
import type { Services } from './services.js';
import { again, requireCurrent, requireMatch, written } from './write.js';

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
    const body = parseBody(MergeInput, ['into'], request.body);
    const author = readAuthor(request);
    const read = requireCurrent(request);
    const precondition = requireIfMatch(request);
    return writeOnce(services.store, services.clock, request, reply, (tx) =>
      mergeEffect(tx, resource, services, { read, into: String(body.into), precondition, author }),
    );
  };
}

export interface MergeRequest {
  /** The record to be merged away, as it was found. */
  read: Current;
  /** A reference to the one that goes on. */
  into: string;
  precondition: Precondition;
  author: Author;
}

/**
 * Merges, and answers with the record that goes on. Raises `gone` and `version-mismatch` of the record that is merged,
 * `unknown-reference` of the other, and `rule-violated`.
 */
export async function mergeEffect(
  tx: Tx,
  resource: Resource,
  services: Services,
  { read, into, precondition, author }: MergeRequest,
): Promise<Answer> {
  const merged = requireMatch(resource, services, await again(tx, resource, read), precondition);
  const survivor = await findSurvivor(tx, resource, into);
  if (survivor.id === merged.id) {
    const message = 'must be another record than the one that is merged';
    throw new Problem('rule-violated', 'A record cannot be merged into itself.', {
      errors: [{ in: 'body', pointer: '/into', code: 'self-reference', message }],
    });
  }
  const outcome = await services.journal.merge(tx, kinds, resource.kind, { merged, survivor }, author);
  const answer = written(resource, services, outcome, false);
  const location = `${services.baseUrl}/v1/${resource.collection}/${outcome.id}`;
  return { ...answer, headers: { ...answer.headers, location, 'content-location': location } };
}

/** The live record that `into` names. Raises `unknown-reference`. */
async function findSurvivor(reader: Reader, resource: Resource, into: string): Promise<Current> {
  const body: Body = { into };
  await resolveReferences(reader, { references: [{ path: ['into'], to: resource.type }] }, body);
  return requireThere(resource, await findCurrent(reader, resource.kind, String(body.into)), into);
}
