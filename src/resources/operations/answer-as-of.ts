import type { FastifyReply, FastifyRequest } from 'fastify';
import { atRevision, meaningOfNames, type Preamble, readPreamble } from '../../db/look-up.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import type { Query } from '../../http/query.js';
import { toInstant } from '../../shared/clock.js';
import { queryHash } from '../../shared/cursor.js';
import { isImmutable, parseAsOf, revisionOf } from './as-of.js';
import type { FilterPlan } from './filter-plan.js';
import { JSON_UTF8, type Services } from './services.js';

/** What is asked: a name for the sort of question, its whole query, and what must be looked up for its filters. */
export interface Asked<Body extends object> {
  name: string;
  query: Query;
  plan?: FilterPlan;
  /** How the answer is written; JSON when absent. Another form needs another `name`, so that it has an ETag of its own. */
  form?: Form<Body>;
}

/** How an answer is written, and what it is sent as. */
export interface Form<Body extends object> {
  contentType: string;
  write(body: Body): string;
}

/**
 * Answers a reading of many records: what it is of, whether the caller has it already, and else what `work` gives for
 * the resolved references and the revision. Headers come last, so that a problem carries none of them.
 */
export async function answerAsOf<Body extends object>(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, query, plan, form = { contentType: JSON_UTF8, write: JSON.stringify } }: Asked<Body>,
  work: (head: Preamble, revision: number) => Promise<Body>,
): Promise<FastifyReply> {
  const asOf = parseAsOf(query.get('asOf')?.[0]);
  const instant = asOf && 'instant' in asOf ? asOf.instant : undefined;
  const references = plan?.references ?? [];
  const head = await readPreamble(services.store, references, instant);
  const meaning = meaningOfNames(references, head.references);
  const asked = asOf && revisionOf(asOf, head, head.revisionAt, toInstant(services.clock.now()));
  const revision = asked ?? head.revision;
  const tag = answerTag(revision, queryHash(JSON.stringify([name, head.epoch, meaning ?? '', ...[...query].sort()])));
  const immutable = asOf !== undefined && isImmutable(asOf, head) && meaning === undefined;
  if (isNotModified(request, tag)) {
    cacheHeaders(reply, tag, immutable, services.publicRead);
    return reply.code(304).send();
  }
  // Raises what is wrong with the references here, since a task may run where problems are not told apart.
  const resolved = await atRevision(services.store, references, head.references, revision);
  plan?.resolve(resolved);
  const body = await work({ ...head, references: resolved }, revision);
  cacheHeaders(reply, tag, immutable, services.publicRead);
  return reply.type(form.contentType).send(form.write(body));
}
