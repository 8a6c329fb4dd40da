import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../../../db/store.js';
import { cacheHeaders, isNotModified } from '../../../http/conditional.js';
import type { Document } from '../../../journal/kind.js';
import { documentsById } from '../../../journal/read.js';
import { invalidParameter } from '../../../problems.js';
import { queryHash } from '../../../shared/cursor.js';
import { type ResourceType, typeOfId } from '../../../shared/ids.js';
import { resourceOfType } from '../../index.js';
import type { Resource } from '../../resource.js';
import { parseAsOf } from '../as-of.js';
import { findRecord, readRecordQuery, referenceOf } from '../read.js';
import type { Services } from '../services.js';
import { referredIds } from '../shape.js';
import { baseOf } from './base.js';
import { contentType } from './format.js';
import { jsonLdText, typeOf } from './json-ld.js';
import type { Linked, Node } from './json-ld-parts.js';
import { addressOf } from './rendering.js';

/** `GET /v1/{collection}/{ref}` and `GET /v1/{collection}/by/{scheme}/{value}` as JSON-LD. */
export function jsonLdHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const query = readRecordQuery(resource, request);
    for (const name of ['fields', 'include', 'validOn']) {
      if (query.has(name)) throw invalidParameter(name, 'goes with JSON only', 'incompatible');
    }
    const asOf = parseAsOf(query.get('asOf')?.[0]);
    const base = baseOf(services, request);
    return services.store.snapshot(async (reader) => {
      const { head, found } = await findRecord(resource, services, reader, referenceOf(request), asOf);
      // Names of other records are in it, so it is of a revision and not of a version alone.
      const tag = `W/"v${found.version}-r${found.asOf ?? head.revision}-${queryHash(`jsonld ${base} ${[...query].sort()}`)}"`;
      cacheHeaders(reply, tag, found.immutable, services.publicRead);
      if (isNotModified(request, tag)) return reply.code(304).send();
      const document = JSON.parse(found.doc) as Document;
      const linked = await linkedOf(resource, document, reader, found.asOf, base);
      return reply.type(contentType('jsonld')).send(jsonLdText(resource.collection, document, linked));
    });
  };
}

async function linkedOf(
  resource: Resource,
  document: Document,
  reader: Reader,
  asOf: number | undefined,
  base: string,
): Promise<Linked> {
  const nodes = new Map<string, Node>();
  for (const [id, record] of await documentsById(reader, referredIds(resource, [document]), asOf)) {
    const other = resourceOfType(typeOfId(id) as ResourceType);
    const node = {
      '@id': addressOf(base, id),
      '@type': typeOf(other.collection, record),
      name: other.kind.label(record),
    };
    nodes.set(id, node);
  }
  return { base, node: (id) => (typeof id === 'string' ? nodes.get(id) : undefined) };
}
