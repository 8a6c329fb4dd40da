import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../../db/store.js';
import { JSON_PATCH, JSON_TYPE, MERGE_PATCH, requireMediaType } from '../../http/body.js';
import { readAuthor } from '../../http/change.js';
import { type Precondition, readIfMatch, requireIfMatch, versionTag } from '../../http/conditional.js';
import { type Answer, send, writeOnce } from '../../http/idempotency.js';
import { readQuery } from '../../http/query.js';
import type { Body } from '../../journal/kind.js';
import { type Current, findCurrent } from '../../journal/read.js';
import { type Outcome, versionMismatch } from '../../journal/record.js';
import { Problem } from '../../problems.js';
import { parseReference } from '../../shared/reference.js';
import type { Resource } from '../resource.js';
import { applyJsonPatch, applyMergePatch } from './patch.js';
import { notFound, requireThere } from './read.js';
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
    const author = readAuthor(request);
    return writeOnce(services.store, services.clock, request, reply, async (tx) =>
      written(resource, services, await services.journal.create(tx, { kind: resource.kind, body }, author), true),
    );
  };
}

/** `PUT /v1/{collection}/{ref}`: replaces, or creates under that slug with `If-None-Match: *`. */
export function putHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { ref } = request.params as { ref: string };
    const body = resource.kind.parse(request.body);
    const author = readAuthor(request);
    if (mustBeNew(request)) {
      const answer = await services.store.write(async (tx) => {
        const slug = newSlug(resource, await findCurrent(tx, resource.kind, ref), ref, body);
        const record = { kind: resource.kind, body: { ...body, slug } };
        return written(resource, services, await services.journal.create(tx, record, author), true);
      });
      return send(reply, answer);
    }
    const read = requireCurrent(request);
    const precondition = requireIfMatch(request);
    const answer = await services.store.write(async (tx) => {
      const current = requireMatch(resource, services, await again(tx, resource, read), precondition);
      const outcome = await services.journal.replace(tx, resource.kind, current, body, author);
      return written(resource, services, outcome, false);
    });
    return send(reply, answer);
  };
}

/** `PUT /v1/{collection}/by/{scheme}/{value}`: creates or replaces the record with that external id. */
export function upsertHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const externalId = request.params as { scheme: string; value: string };
    const body = withExternalId(resource.kind.parse(request.body), externalId);
    resource.kind.parse(body);
    const author = readAuthor(request);
    const precondition = readIfMatch(request);
    const answer = await services.store.write(async (tx) => {
      const ref = `${externalId.scheme}:${externalId.value}`;
      const current = await findCurrent(tx, resource.kind, ref);
      if (current === undefined) {
        if (precondition !== undefined) throw notFound(resource, ref);
        return written(
          resource,
          services,
          await services.journal.create(tx, { kind: resource.kind, body }, author),
          true,
        );
      }
      if (mustBeNew(request)) throw versionMismatch('*', current.version, historyUrl(resource, services, current.id));
      if (precondition !== undefined) requireMatch(resource, services, current, precondition);
      return written(
        resource,
        services,
        await services.journal.replace(tx, resource.kind, current, body, author),
        false,
      );
    });
    return send(reply, answer);
  };
}

/** `PATCH /v1/{collection}/{ref}`: JSON Merge Patch (RFC 7396) or JSON Patch (RFC 6902). */
export function patchHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const type = requireMediaType(request, PATCH_TYPES);
    const apply = type === JSON_PATCH ? applyJsonPatch : applyMergePatch;
    const author = readAuthor(request);
    const read = requireCurrent(request);
    resource.kind.parse(apply(documentOf(read), request.body));
    const precondition = requireIfMatch(request);
    const answer = await services.store.write(async (tx) => {
      const current = requireMatch(resource, services, await again(tx, resource, read), precondition);
      const body = resource.kind.parse(apply(documentOf(current), request.body));
      return written(
        resource,
        services,
        await services.journal.replace(tx, resource.kind, current, body, author),
        false,
      );
    });
    return send(reply, answer);
  };
}

/** `DELETE /v1/{collection}/{ref}`: writes a tombstone. */
export function deleteHandler(resource: Resource, services: Services) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    readQuery(request, []);
    const author = readAuthor(request);
    const read = requireCurrent(request);
    const precondition = requireIfMatch(request);
    await services.store.write(async (tx) => {
      const current = requireMatch(resource, services, await again(tx, resource, read), precondition);
      return services.journal.remove(tx, resource.kind, current, author);
    });
    return reply.code(204).send();
  };
}

export function written(resource: Resource, services: Services, outcome: Outcome, created: boolean): Answer {
  const headers: Record<string, string> = { 'content-type': JSON_UTF8, etag: versionTag(outcome.version) };
  if (created) headers.location = `${services.baseUrl}/v1/${resource.collection}/${outcome.id}`;
  return { status: created ? 201 : 200, headers, body: outcome.doc };
}

function mustBeNew(request: FastifyRequest): boolean {
  return request.headers['if-none-match']?.trim() === '*';
}

function historyUrl(resource: Resource, services: Services, id: string): string {
  return `${services.baseUrl}/v1/${resource.collection}/${id}/history`;
}

export function requireCurrent(request: FastifyRequest): Current {
  if (request.current === null) throw new Error('the route has no requireExisting hook');
  return request.current;
}

function documentOf(current: Current): Body {
  return JSON.parse(current.doc ?? '{}') as Body;
}

/** The same record inside the write; it may have changed or gone since it was found. */
export async function again(tx: Tx, resource: Resource, read: Current): Promise<Current> {
  return requireThere(resource, await findCurrent(tx, resource.kind, read.id), read.id);
}

export function requireMatch(
  resource: Resource,
  services: Services,
  current: Current,
  precondition: Precondition,
): Current {
  if (precondition.any || precondition.versions.includes(current.version)) return current;
  const yours =
    precondition.versions.length === 1 ? (precondition.versions[0] ?? precondition.given) : precondition.given;
  throw versionMismatch(yours, current.version, historyUrl(resource, services, current.id));
}

/** The slug that PUT creates a record under. Raises `version-mismatch` when there is one, `not-found` for other references. */
function newSlug(resource: Resource, current: Current | undefined, ref: string, body: Body): string {
  if (current !== undefined && !current.deleted) throw versionMismatch('*', current.version);
  if (parseReference(ref).form !== 'slug' || ref.includes('/')) throw notFound(resource, ref);
  if (body.slug !== undefined && body.slug !== ref) {
    throw new Problem('invalid-request', 'The slug of the body is not that of the path.', {
      errors: [
        { in: 'body', pointer: '/slug', code: 'mismatch', message: `must be \`${ref.slice(0, 200)}\` or left out` },
      ],
    });
  }
  return (resource.kind.parse({ ...body, slug: ref }).slug as string | undefined) ?? ref;
}

function withExternalId(body: Body, externalId: { scheme: string; value: string }): Body {
  const externalIds = (body.externalIds ?? []) as { scheme: string; value: string }[];
  const listed = externalIds.some(({ scheme, value }) => scheme === externalId.scheme && value === externalId.value);
  return listed ? body : { ...body, externalIds: [...externalIds, { ...externalId }] };
}
