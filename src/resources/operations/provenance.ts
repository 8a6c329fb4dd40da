import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery } from '../../http/query.js';
import { readAbout, readDisputedFields } from '../../journal/about.js';
import type { Document } from '../../journal/kind.js';
import { readNames } from '../../journal/names.js';
import { readOrigins } from '../../journal/origins.js';
import { readDocuments } from '../../journal/read.js';
import { placedCitations, statedFields } from '../../journal/support.js';
import { queryHash } from '../../shared/cursor.js';
import { requireCode } from '../common.filters.js';
import type { Resource } from '../resource.js';
import { parseAsOf } from './as-of.js';
import { splitList } from './parameters.js';
import { type ClaimDocument, type DisputeDocument, narrowedTo, provenanceOf, sourcesCited } from './provenance-view.js';
import { findRecord } from './read.js';
import { JSON_UTF8, type Services } from './services.js';

/** Claims, and disputes, that are told of a record. */
export const MAX_ABOUT = 100;

/** `GET /v1/{collection}/{ref}/provenance`: for each field what bears it out, what is said against it and who set it. */
export function provenanceHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const query = readQuery(request, ['asOf', 'fields']);
    const asOf = parseAsOf(query.get('asOf')?.[0]);
    const names = parseNames(resource, query.get('fields')?.[0]);
    return services.store.snapshot(async (reader) => {
      const { head, found } = await findRecord(resource, services, reader, ref, asOf);
      const document = JSON.parse(found.doc) as Document;
      const revision = found.asOf ?? head.revision;
      const tag = answerTag(revision, queryHash(JSON.stringify(['provenance', document.id, ...(names ?? [])])));
      cacheHeaders(reply, tag, found.immutable, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      const read = await readEvidence(reader, resource, document, { asOf: found.asOf, revision });
      const answer = provenanceOf(resource.kind, document, read);
      return reply.type(JSON_UTF8).send(JSON.stringify(names === undefined ? answer : narrowedTo(answer, names)));
    });
  };
}

/** Which fields are asked about; all without. Raises `invalid-parameter` for what no source can bear out. */
function parseNames({ kind }: Resource, text: string | undefined): ReadonlySet<string> | undefined {
  if (text === undefined) return undefined;
  const names = splitList('fields', text);
  for (const name of names) requireCode('fields', name, kind.stated);
  return new Set(names);
}

/** All that the answer is made of, in a number of queries that does not grow with the record, but for its history. */
async function readEvidence(
  reader: Reader,
  { kind }: Resource,
  document: Document,
  { asOf, revision }: { asOf: number | undefined; revision: number },
) {
  const { id } = document;
  const claims = await readLatest<ClaimDocument>(reader, 'claim', { id, asOf });
  const disputes = await readLatest<DisputeDocument>(reader, 'dispute', { id, asOf });
  const disputeIds = disputes.shown.map((dispute) => dispute.id);
  const own = placedCitations(kind, document).map(({ citation }) => citation.source);
  const cited = new Set([...own, ...claims.shown.flatMap(sourcesCited)]);
  const sources = await readDocuments(reader, [...cited], asOf);
  const attributed = new Set(claims.shown.flatMap(({ attributedTo }) => attributedTo));
  return {
    revision,
    claims,
    disputes,
    disputedFields: await readDisputedFields(reader, disputeIds, { id, asOf }),
    sources: new Map(sources.map((source) => [source.id, JSON.parse(source.doc) as Document])),
    names: await readNames(reader, [...attributed], asOf),
    origins: await readOrigins(reader, id, revision, statedFields(kind, document)),
  };
}

/** The latest claims or disputes about a record, and whether these are all. */
async function readLatest<Doc>(
  reader: Reader,
  type: 'claim' | 'dispute',
  about: { id: string; asOf: number | undefined },
): Promise<{ shown: Doc[]; areAll: boolean }> {
  const rows = await readAbout(reader, type, about, MAX_ABOUT + 1);
  const docs = rows.slice(0, MAX_ABOUT).flatMap(({ doc }) => (doc === null ? [] : [JSON.parse(doc) as Doc]));
  return { shown: docs, areAll: rows.length <= MAX_ABOUT };
}
