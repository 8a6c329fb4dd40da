import type { FastifyReply, FastifyRequest } from 'fastify';
import { JSON_PATCH, JSON_TYPE, MERGE_PATCH, requireMediaType } from '../../http/body.js';
import { readAuthor } from '../../http/change.js';
import { readIfMatch, requireIfMatch, versionTag } from '../../http/conditional.js';
import { type Answer, send, writeOnce } from '../../http/idempotency.js';
import { readQuery } from '../../http/query.js';
import type { Body } from '../../journal/kind.js';
import { type Current, findCurrent } from '../../journal/read.js';
import type { Outcome } from '../../journal/record.js';
import type { Resource } from '../resource.js';
import {
  type Acting,
  createRecord,
  createUnder,
  deleteRecord,
  documentOf,
  type Effect,
  liveRecord,
  patchRecord,
  replaceRecord,
  upsertRecord,
  withExternalId,
} from './effects.js';
import { applyJsonPatch, applyMergePatch } from './patch.js';
import { requireThere } from './read.js';
import { JSON_UTF8, type Services } from './services.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The record a change is about, found before the body is read. */
    current: Current | null;
  }
}

export const PATCH_TYPES = [MERGE_PATCH, JSON_PATCH, JSON_TYPE] as const;

/** Before the body is read: no parameters, a known media type. */
export function requireBody(accepted: readonly string[]) {
  return async (request: FastifyRequest) => {
    readQuery(request, []);
    requireMediaType(request, accepted);
  };
}

/**
 * Finds the record before the body is read, so that a missing record is told first. A PUT that is to create one
 * (`If-None-Match: *`) needs none.
 */
export function requireExisting(resource: Resource, services: Services) {
  return async (request: FastifyRequest) => {
    const { ref } = request.params as { ref: string };
    if (request.method === 'PUT' && mustBeNew(request)) return;
    request.current = requireThere(resource, await findCurrent(services.store, resource.kind, ref), ref);
  };
}

/** `POST /v1/{collection}`. */
export function createHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const body = resource.kind.parse(request.body);
    const acting = actingFor(services, request);
    return writeOnce(services.store, services.clock, request, reply, async (tx) =>
      answerOf(resource, services, await createRecord(tx, acting, resource, body)),
    );
  };
}

/** `PUT /v1/{collection}/{ref}`: replaces, or creates under that slug with `If-None-Match: *`. */
export function putHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const body = resource.kind.parse(request.body);
    const acting = actingFor(services, request);
    if (mustBeNew(request)) {
      const made = await services.store.write((tx) => createUnder(tx, acting, resource, ref, body));
      return send(reply, answerOf(resource, services, made));
    }
    const { id } = requireCurrent(request);
    const match = requireIfMatch(request);
    const effect = await services.store.write(async (tx) =>
      replaceRecord(tx, acting, resource, await liveRecord(tx, resource, id), body, match),
    );
    return send(reply, answerOf(resource, services, effect));
  };
}

/** `PUT /v1/{collection}/by/{scheme}/{value}`: creates or replaces the record with that external id. */
export function upsertHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const externalId = request.params as { scheme: string; value: string };
    const body = withExternalId(resource.kind.parse(request.body), externalId);
    resource.kind.parse(body);
    const acting = actingFor(services, request);
    const condition = { match: readIfMatch(request), mustBeNew: mustBeNew(request) };
    const effect = await services.store.write((tx) => upsertRecord(tx, acting, resource, externalId, body, condition));
    return send(reply, answerOf(resource, services, effect));
  };
}

/** `PATCH /v1/{collection}/{ref}`: JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902). */
export function patchHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const type = requireMediaType(request, PATCH_TYPES);
    const apply = type === JSON_PATCH ? applyJsonPatch : applyMergePatch;
    const patched = (document: Body) => resource.kind.parse(apply(document, request.body));
    const acting = actingFor(services, request);
    const read = requireCurrent(request);
    patched(documentOf(read));
    const match = requireIfMatch(request);
    const effect = await services.store.write(async (tx) =>
      patchRecord(tx, acting, resource, await liveRecord(tx, resource, read.id), patched, match),
    );
    return send(reply, answerOf(resource, services, effect));
  };
}

/** `DELETE /v1/{collection}/{ref}`: writes a tombstone. */
export function deleteHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request, []);
    const acting = actingFor(services, request);
    const { id } = requireCurrent(request);
    const match = requireIfMatch(request);
    await services.store.write(async (tx) =>
      deleteRecord(tx, acting, resource, await liveRecord(tx, resource, id), match),
    );
    return reply.code(204).send();
  };
}

/** What effects work with, for a request. Raises `invalid-request` for wrong headers. */
export function actingFor({ journal, baseUrl }: Services, request: FastifyRequest): Acting {
  return { journal, baseUrl, author: readAuthor(request) };
}

export function answerOf(resource: Resource, services: Services, effect: Effect): Answer {
  return written(resource, services, { ...effect, doc: effect.doc ?? '' }, effect.status === 201);
}

export function written(resource: Resource, services: Services, outcome: Outcome, created: boolean): Answer {
  const headers: Record<string, string> = { 'content-type': JSON_UTF8, etag: versionTag(outcome.version) };
  if (created) headers.location = `${services.baseUrl}/v1/${resource.collection}/${outcome.id}`;
  return { status: created ? 201 : 200, headers, body: outcome.doc };
}

function mustBeNew(request: FastifyRequest): boolean {
  return request.headers['if-none-match']?.trim() === '*';
}

export function requireCurrent(request: FastifyRequest): Current {
  if (request.current === null) throw new Error('the route has no requireExisting hook');
  return request.current;
}
