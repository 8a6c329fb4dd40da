import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery } from '../../http/query.js';
import type { Document } from '../../journal/kind.js';
import { queryHash } from '../../shared/cursor.js';
import { requireCode } from '../common.filters.js';
import type { Resource } from '../resource.js';
import { parseAsOf } from './as-of.js';
import { splitList } from './parameters.js';
import { PROVENANCE, readProvenance } from './provenance-content.js';
import { findRecord } from './read.js';
import { JSON_UTF8, type Services } from './services.js';

/** A history that is longer is looked through where it does not hold up others. */
const SHORT_HISTORY = 50;

/** `GET /v1/{collection}/{ref}/provenance`: for each field what bears it out, what is said against it and who set it. */
export function provenanceHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const query = readQuery(request, ['asOf', 'fields']);
    const asOf = parseAsOf(query.get('asOf')?.[0]);
    const names = parseNames(resource, query.get('fields')?.[0]);
    const read = await services.store.snapshot(async (reader) => {
      const { head, found } = await findRecord(resource, services, reader, ref, asOf);
      const { id } = JSON.parse(found.doc) as Document;
      const revision = found.asOf ?? head.revision;
      const tag = answerTag(revision, queryHash(JSON.stringify(['provenance', id, ...(names ?? [])])));
      const args = { collection: resource.collection, doc: found.doc, revision, names };
      const isLater = isNotModified(request, tag) || found.version > SHORT_HISTORY;
      const text = isLater ? undefined : await readProvenance(reader, resource, args, found.asOf);
      return { tag, args, text, immutable: found.immutable };
    });
    cacheHeaders(reply, read.tag, read.immutable, services.publicRead);
    if (isNotModified(request, read.tag)) return reply.code(304).send();
    return reply.type(JSON_UTF8).send(read.text ?? (await services.analyst.run(PROVENANCE, read.args)));
  };
}

/** Which fields are asked about; all without. Raises `invalid-parameter` for what no source can bear out. */
function parseNames({ kind }: Resource, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = splitList('fields', text);
  for (const name of names) requireCode('fields', name, kind.stated);
  return names;
}
