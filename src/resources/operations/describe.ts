import { z } from 'zod';
import { JSON_PATCH, JSON_TYPE, MERGE_PATCH } from '../../http/body.js';
import { KEY_OPTIONAL, NEEDS_KEY, problemResponses } from '../../http/describe.js';
import { CHANGE_KINDS } from '../../journal/record.js';
import type { ProblemCode } from '../../problems.js';
import type { Resource } from '../resource.js';
import { HistoryPage, LinksPage, pageOf, withIncluded } from './describe-pages.js';
import {
  externalIdParameters,
  linksQuery,
  listQuery,
  pageQuery,
  readQueryParameters,
  refParameter,
} from './describe-parameters.js';
import { patchSchema } from './describe-patch.js';
import { listContent, recordContent } from './formats/describe-formats.js';
import { MergeInput } from './merge.js';
import { JsonPatch } from './patch.js';

export type OperationName =
  | 'list'
  | 'create'
  | 'get'
  | 'put'
  | 'patch'
  | 'delete'
  | 'merge'
  | 'history'
  | 'links'
  | 'getBy'
  | 'putBy';

/** What every reading can answer. */
export const READ: ProblemCode[] = [
  'unauthenticated',
  'insufficient-scope',
  'not-acceptable',
  'invalid-parameter',
  'unknown-parameter',
  'duplicate-parameter',
  'invalid-text',
  'uri-too-long',
];
export const CURSOR: ProblemCode[] = ['cursor-malformed', 'cursor-mismatch', 'cursor-expired', 'cursor-epoch-changed'];
export const KEYED: ProblemCode[] = [
  'unauthenticated',
  'insufficient-scope',
  'not-acceptable',
  'unknown-parameter',
  'uri-too-long',
  'overloaded',
  'storage-full',
];
export const BODY: ProblemCode[] = [
  'invalid-request',
  'malformed-json',
  'invalid-text',
  'payload-too-large',
  'unsupported-media-type',
];
export const CONTENT: ProblemCode[] = [
  ...(['slug-taken', 'external-id-taken', 'unknown-reference', 'rule-violated'] as const),
  ...(['quote-not-found', 'quote-ambiguous'] as const),
];
export const EXISTING: ProblemCode[] = ['not-found', 'gone'];
/** What every change of a record that is there can answer. */
export const MATCH: ProblemCode[] = ['precondition-required', 'version-mismatch', 'foreign-origin'];

const etag = z.string().meta({
  description: 'Entity tag. `"v<version>"` for a plain record.',
  examples: ['"v1"'],
  header: { id: 'ETag' },
});
const cacheControl = z.string().meta({
  description: '`no-cache`, or `immutable` for what is of a past revision.',
  examples: ['no-cache'],
  header: { id: 'CacheControl' },
});
const link = z
  .string()
  .optional()
  .meta({ description: 'The next page as `rel="next"`, when there is one.', header: { id: 'Link' } });
const location = z.string().meta({ description: 'Where the record is.', header: { id: 'Location' } });
export const replayed = z
  .enum(['true'])
  .optional()
  .meta({
    description: 'The answer is that of an earlier request with this key.',
    header: { id: 'IdempotencyReplayed' },
  });

/** Headers of an answer that caches may keep, and the request header that asks whether it still holds. */
export const found = { ETag: etag, 'Cache-Control': cacheControl };
export const foundPage = { ...found, Link: link };
export const changed = { ETag: etag };
const created = { ETag: etag, Location: location };
export const createdOnce = { ...created, 'Idempotency-Replayed': replayed };
const contentLocation = z.string().meta({ description: 'Where the record is.', header: { id: 'ContentLocation' } });
const mergedOnce = { ...createdOnce, 'Content-Location': contentLocation };

export const changeHeaders = {
  'Change-Note': z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'Why the change is made; kept in the history.', param: { id: 'ChangeNote' } }),
  'Change-Kind': z
    .enum(Object.keys(CHANGE_KINDS) as [keyof typeof CHANGE_KINDS])
    .optional()
    .meta({ description: 'What the change is; `content` when absent.', param: { id: 'ChangeKind' } }),
};
const ifMatchText = {
  description: 'ETag of the version you read, such as `"v3"`; `*` for whatever is there.',
  param: { example: '*' },
};
export const ifMatch = z.string().meta({ ...ifMatchText, param: { ...ifMatchText.param, id: 'IfMatch' } });
const ifMatchOptional = z.string().optional().meta(ifMatchText);
const ifMatchWhenGiven = z
  .string()
  .optional()
  .meta({ description: ifMatchText.description, param: { id: 'IfMatchWhenGiven' } });
export const ifNoneMatch = z
  .string()
  .optional()
  .meta({ description: 'An ETag you have; answered 304 while it still holds.', param: { id: 'IfNoneMatch' } });
export const idempotencyKey = z
  .string()
  .optional()
  .meta({
    description: '1 to 255 visible ASCII characters, new for each new request.',
    param: { id: 'IdempotencyKey' },
  });
const onlyCreate = z
  .string()
  .optional()
  .meta({ description: '`*` to create, and fail where a record is.', param: { id: 'OnlyCreate' } });

/** The description of one operation for the API document. */
export function describeOperation(name: OperationName, resource: Resource): object {
  const { summary, description, operationId, ...rest } = OPERATIONS[name](resource);
  return { operationId, summary, description, tags: [resource.collection], ...rest };
}

type Describe = (resource: Resource) => {
  operationId: string;
  summary: string;
  description: string;
  [key: string]: unknown;
};

const OPERATIONS: Readonly<Record<OperationName, Describe>> = {
  list: (resource) => ({
    operationId: `list${plural(resource)}`,
    summary: `List ${resource.collection}`,
    description: `${resource.description} Filters are joined by AND; a comma within one means OR, and a filter may be repeated for AND. Pages follow \`page.next\`; a walk sees one consistent state.`,
    security: KEY_OPTIONAL,
    querystring: listQuery(resource),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer(`A page of ${resource.collection}.`, pageOf(resource), foundPage, listContent(resource)),
      304: notModified,
      ...problemResponses(...READ, ...CURSOR),
    },
  }),
  create: (resource) => ({
    operationId: `create${resource.name}`,
    summary: `Create ${article(resource)}`,
    description:
      'References may be written as id, slug or `{scheme}:{value}`. With an `Idempotency-Key` a repeat within 24 hours gets the same answer and writes nothing.',
    security: NEEDS_KEY,
    headers: z.object({ 'Idempotency-Key': idempotencyKey, ...changeHeaders }),
    body: jsonBody(resource, resource.example.create),
    response: {
      201: answer('The record that was created.', resource.representation, createdOnce),
      ...problemResponses(...KEYED, ...BODY, ...CONTENT, 'idempotency-key-reused', 'idempotency-in-progress'),
    },
  }),
  get: (resource) => ({
    operationId: `get${resource.name}`,
    summary: `Read ${article(resource)}`,
    description:
      'By id, slug or `{scheme}:{value}` of an external id; with `asOf`, as it was then. One that was merged into another is 308 to that one.',
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: readQueryParameters(resource),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('The record.', withIncluded(resource), found, recordContent(resource)),
      304: notModified,
      308: moved,
      ...problemResponses(...READ, ...EXISTING),
    },
  }),
  put: (resource) => ({
    operationId: `replace${resource.name}`,
    summary: `Replace ${article(resource)}`,
    description:
      'Replaces the whole record; what the body leaves out is removed. With `If-None-Match: *` instead of `If-Match`, creates it under the slug of the path. A body that changes nothing makes no version.',
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatchOptional, 'If-None-Match': onlyCreate, ...changeHeaders }),
    body: jsonBody(resource, { ...resource.example.create, ...resource.example.patch }),
    response: {
      200: answer('The record as it now is.', resource.representation, changed),
      201: answer('The record that was created.', resource.representation, created),
      ...problemResponses(...KEYED, ...BODY, ...CONTENT, ...EXISTING, ...MATCH),
    },
  }),
  patch: (resource) => ({
    operationId: `patch${resource.name}`,
    summary: `Change ${article(resource)}`,
    description:
      'JSON Merge Patch (RFC 7396; also under `application/json`) or JSON Patch (RFC 6902), by content type.',
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
    body: {
      required: true,
      content: {
        [MERGE_PATCH]: { schema: patchSchema(resource), example: resource.example.patch },
        [JSON_PATCH]: { schema: JsonPatch, example: jsonPatchExample(resource) },
        [JSON_TYPE]: { schema: patchSchema(resource), example: resource.example.patch },
      },
    },
    response: {
      200: answer('The record as it now is.', resource.representation, changed),
      ...problemResponses(...KEYED, ...BODY, ...CONTENT, ...EXISTING, ...MATCH),
    },
  }),
  delete: (resource) => ({
    operationId: `delete${resource.name}`,
    summary: `Delete ${article(resource)}`,
    description:
      'Leaves a tombstone: reading the record then answers 410, and its history stays. Refused while other records refer to it.',
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatch, ...changeHeaders }),
    response: {
      204: { description: 'Deleted.' },
      ...problemResponses(...KEYED, ...EXISTING, ...MATCH, 'invalid-request', 'still-referenced'),
    },
  }),
  merge: (resource) => ({
    operationId: `merge${resource.name}`,
    summary: `Merge ${article(resource)} into another`,
    description:
      'For records of the same thing. The one of the path ends, and reading it by its id answers 308 to the one of the body ever after. That one takes over external ids, citations, relations, tags and names, and whatever referred to the one refers to it: all in one transaction. `If-Match` is of the record that ends.',
    security: NEEDS_KEY,
    params: refParameter(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatch, 'Idempotency-Key': idempotencyKey, ...changeHeaders }),
    body: {
      required: true,
      content: { [JSON_TYPE]: { schema: MergeInput, example: { into: resource.example.slug } } },
    },
    response: {
      200: answer('The record that goes on, as it now is.', resource.representation, mergedOnce),
      ...problemResponses(
        ...[...KEYED, ...BODY, ...EXISTING, ...MATCH],
        ...(['unknown-reference', 'rule-violated', 'idempotency-key-reused', 'idempotency-in-progress'] as const),
      ),
    },
  }),
  history: (resource) => ({
    operationId: `get${resource.name}History`,
    summary: `Versions of ${article(resource)}`,
    description:
      'Newest first, with who, when, why and what changed in each field. Deleted and merged records keep their history.',
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: pageQuery,
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('A page of versions.', HistoryPage, foundPage),
      304: notModified,
      ...problemResponses(...READ, ...CURSOR, 'not-found'),
    },
  }),
  links: (resource) => ({
    operationId: `get${resource.name}Links`,
    summary: `Edges of ${article(resource)}`,
    description:
      'What the record points at, then what points at it. With `asOf`, slugs and labels too are those of then.',
    security: KEY_OPTIONAL,
    params: refParameter(resource, 'seed'),
    querystring: linksQuery,
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('A page of edges.', LinksPage, foundPage),
      304: notModified,
      308: moved,
      ...problemResponses(...READ, ...CURSOR, ...EXISTING),
    },
  }),
  getBy: (resource) => ({
    operationId: `get${resource.name}ByExternalId`,
    summary: `Read ${article(resource)} by external id`,
    description: 'The record that has this external id.',
    security: KEY_OPTIONAL,
    params: externalIdParameters(resource, 'seed'),
    querystring: readQueryParameters(resource),
    headers: z.object({ 'If-None-Match': ifNoneMatch }),
    response: {
      200: answer('The record.', withIncluded(resource), found, recordContent(resource)),
      304: notModified,
      ...problemResponses(...READ, ...EXISTING),
    },
  }),
  putBy: (resource) => ({
    operationId: `upsert${resource.name}ByExternalId`,
    summary: `Create or replace ${article(resource)} by external id`,
    description:
      'For partners that keep their own ids: creates the record, or replaces the one that has this external id. `If-Match` and `If-None-Match: *` are honoured when given.',
    security: NEEDS_KEY,
    params: externalIdParameters(resource, 'example'),
    headers: z.object({ 'If-Match': ifMatchWhenGiven, 'If-None-Match': onlyCreate, ...changeHeaders }),
    body: jsonBody(resource, withoutSlug(resource)),
    response: {
      200: answer('The record as it now is.', resource.representation, changed),
      201: answer('The record that was created.', resource.representation, created),
      ...problemResponses(...KEYED, ...BODY, ...CONTENT, 'not-found', 'version-mismatch', 'foreign-origin'),
    },
  }),
};

export const notModified = {
  id: 'NotModified',
  description: 'Nothing has changed since the ETag given.',
  headers: z.object(found),
};

export const moved = {
  id: 'Moved',
  description: 'The record was merged into another: the same path and query with the id of that one.',
  headers: z.object({ Location: location, 'Cache-Control': cacheControl }),
};

/** A JSON answer with its headers, and what it may be in other media types. */
export function answer(description: string, schema: z.ZodType, headers: z.ZodRawShape, others: object = {}): object {
  return { description, headers: z.object(headers), content: { [JSON_TYPE]: { schema }, ...others } };
}

function jsonBody(resource: Resource, example: unknown): object {
  return { required: true, content: { [JSON_TYPE]: { schema: resource.input, example } } };
}

function jsonPatchExample(resource: Resource): unknown[] {
  return Object.entries(resource.example.patch).map(([field, value]) => ({ op: 'add', path: `/${field}`, value }));
}

function withoutSlug(resource: Resource): object {
  const { slug: _slug, ...body } = resource.example.create;
  return body;
}

function plural(resource: Resource): string {
  return resource.collection[0]?.toUpperCase() + resource.collection.slice(1);
}

function article(resource: Resource): string {
  return `${/^[aeo]/.test(resource.type) ? 'an' : 'a'} ${resource.type}`;
}
