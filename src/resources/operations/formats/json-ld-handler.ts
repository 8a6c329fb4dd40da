import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPreamble } from '../../../db/look-up.js';
import type { Reader } from '../../../db/store.js';
import { cacheHeaders, isNotModified } from '../../../http/conditional.js';
import { readQuery } from '../../../http/query.js';
import type { Document } from '../../../journal/kind.js';
import { findCurrent, readDocuments } from '../../../journal/read.js';
import { invalidParameter } from '../../../problems.js';
import { queryHash } from '../../../shared/cursor.js';
import { typeOfId } from '../../../shared/ids.js';
import { resourceOf } from '../../index.js';
import type { Resource } from '../../resource.js';
import { parseAsOf } from '../as-of.js';
import { findThen, READ_PARAMETERS, requireLive } from '../read.js';
import type { Services } from '../services.js';
import { refuseValidOn } from '../valid-on.js';
import { baseOf } from './base.js';
import { contentType } from './format.js';
import { jsonLdText, typeOf } from './json-ld.js';
import type { Linked, Node } from './json-ld-parts.js';
import { addressOf, referredIds } from './rendering.js';

/** `GET /v1/{collection}/{ref}` as JSON-LD. */
export function jsonLdHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    return answer(resource, services, ref, request, reply);
  };
}

/** `GET /v1/{collection}/by/{scheme}/{value}` as JSON-LD. */
export function jsonLdByExternalIdHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { scheme, value } = request.params as { scheme: string; value: string };
    return answer(resource, services, `${scheme}:${value}`, request, reply);
  };
}

async function answer(
  resource: Resource,
  services: Services,
  ref: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refuseValidOn(resource, request);
  const query = readQuery(request, [...READ_PARAMETERS, ...(resource.validOn ? ['validOn'] : [])]);
  for (const name of ['fields', 'include', 'validOn']) {
    if (query.has(name)) throw invalidParameter(name, 'goes with JSON only', 'incompatible');
  }
  const asOf = parseAsOf(query.get('asOf')?.[0]);
  const base = baseOf(services, request);
  return services.store.snapshot(async (reader) => {
    const head = await readPreamble(reader, [], asOf && 'instant' in asOf ? asOf.instant : undefined);
    const found = asOf
      ? await findThen(resource, services, reader, ref, asOf, head)
      : requireLive(resource, await findCurrent(reader, resource.kind, ref), ref);
    // Names of other records are in it, so it is of a revision and not of a version alone.
    const tag = `W/"v${found.version}-r${found.asOf ?? head.revision}-${queryHash(`jsonld ${base} ${[...query].sort()}`)}"`;
    cacheHeaders(reply, tag, found.immutable, services.publicRead);
    if (isNotModified(request, tag)) return reply.code(304).send();
    const document = JSON.parse(found.doc) as Document;
    const linked = await linkedOf(resource, document, reader, found.asOf, base);
    return reply.type(contentType('jsonld')).send(jsonLdText(resource.collection, document, linked));
  });
}

async function linkedOf(
  resource: Resource,
  document: Document,
  reader: Reader,
  asOf: number | undefined,
  base: string,
): Promise<Linked> {
  const nodes = new Map<string, Node>();
  for (const { id, doc } of await readDocuments(reader, referredIds(resource, [document]), asOf)) {
    const other = resourceOf(`${typeOfId(id)}s` as Resource['collection']);
    const record = JSON.parse(doc) as Document;
    const node = {
      '@id': addressOf(base, id),
      '@type': typeOf(other.collection, record),
      name: other.kind.label(record),
    };
    nodes.set(id, node);
  }
  return { base, node: (id) => (typeof id === 'string' ? nodes.get(id) : undefined) };
}
