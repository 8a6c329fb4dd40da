import type { FastifyReply, FastifyRequest } from 'fastify';
import { atRevision, meaningOfNames, type Preamble, readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { type Query, readQuery, wholeNumber } from '../../http/query.js';
import { invalidParameter } from '../../problems.js';
import { toInstant } from '../../shared/clock.js';
import { type Cursor, encodeCursor, queryHash } from '../../shared/cursor.js';
import type { Resource, SortName } from '../resource.js';
import { isImmutable, parseAsOf, revisionOf } from './as-of.js';
import { FACETS, type FacetArgs, type Facets, parseFacets, readKeptFacets } from './facets.js';
import { type FilterPlan, filterNames, planFilters } from './filter-plan.js';
import { optionNames, refuseOptions } from './formats/format.js';
import {
  type CountMode,
  isBrief,
  LIST_CONTENT,
  type ListContent,
  type ListContentArgs,
  readListContent,
} from './list-content.js';
import { type KeyKinds, nextLink, pinnedRevision, readCursor } from './paging.js';
import { parseFields, parseInclude, parseSearchText } from './parameters.js';
import { JSON_UTF8, type Services } from './services.js';
import { withFields } from './shape.js';
import { refuseValidOn } from './valid-on.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
export const LIST_PARAMETERS = [
  'q',
  'sort',
  'limit',
  'cursor',
  'fields',
  'include',
  'facets',
  'count',
  'asOf',
  'format',
] as const;
const SORT_KEYS: Readonly<Record<SortName, KeyKinds>> = {
  date: ['integer', 'integer', 'text'],
  label: ['text', 'text'],
  created: ['integer', 'text'],
  updated: ['integer', 'text'],
};
const NOT_PART_OF_THE_WALK = new Set(['cursor', 'limit', 'fields', 'include', 'facets', 'count', 'format']);

/** A list request as far as it can be understood without the database. */
export interface ListRequest {
  query: ListContentArgs['query'];
  filters: FilterPlan;
  /** What was typed as `q`. */
  search: string | undefined;
  sort: { name: SortName; direction: 'asc' | 'desc' };
  limit: number;
  cursor: Cursor | undefined;
  fields: ReadonlySet<string> | undefined;
  include: string[];
  facets: string[];
  count: CountMode;
  asOf: ReturnType<typeof parseAsOf>;
  /** Hash of what a cursor is bound to, and of the whole query. */
  walkHash: string;
  answerHash: string;
}

/** `GET /v1/{collection}`. */
export function listHandler(resource: Resource, services: Services) {
  const readListQuery = listQueryReader(resource);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    refuseValidOn(resource, request);
    const query = readListQuery(request);
    refuseOptions(query, 'json');
    const wanted = understand(resource, query);
    return answer(resource, services, wanted, request, reply);
  };
}

/** Reads the query of a list strictly, whatever the format. */
export function listQueryReader(resource: Resource): (request: FastifyRequest) => Query {
  const known = [...LIST_PARAMETERS, ...optionNames(resource.collection), ...filterNames(resource)];
  const repeatable = resource.filters.map(({ name }) => name);
  return (request) => readQuery(request, known, repeatable);
}

/** What a list request asks for. Raises `invalid-parameter` and `cursor-malformed`. */
export function understand(resource: Resource, query: Query): ListRequest {
  const one = (name: string) => query.get(name)?.[0];
  const countMode = one('count') ?? 'none';
  if (countMode !== 'none' && countMode !== 'exact' && countMode !== 'capped') {
    throw invalidParameter('count', 'must be one of none, exact, capped');
  }
  return {
    query: [...query],
    filters: planFilters(resource, query),
    search: parseSearchText(one('q')),
    sort: parseSort(resource, one('sort')),
    limit: wholeNumber('limit', one('limit'), DEFAULT_LIMIT, MAX_LIMIT),
    cursor: readCursor(one('cursor')),
    fields: parseFields(resource, one('fields')),
    include: parseInclude(resource, one('include')),
    facets: parseFacets(resource, query),
    count: countMode,
    asOf: parseAsOf(one('asOf')),
    walkHash: hashOf(resource, query, (name) => !NOT_PART_OF_THE_WALK.has(name)),
    answerHash: hashOf(resource, query, () => true),
  };
}

function hashOf(resource: Resource, query: Query, takes: (name: string) => boolean): string {
  const parts = [...query].filter(([name]) => takes(name)).map(([name, values]) => [name, ...values]);
  return queryHash(JSON.stringify([resource.collection, ...parts.sort()]));
}

function parseSort(resource: Resource, text: string | undefined): ListRequest['sort'] {
  const sort = text ?? resource.sorts[0];
  const name = sort.replace(/^-/, '') as SortName;
  const names = resource.sorts.map((candidate) => candidate.replace(/^-/, ''));
  if (!names.includes(name))
    throw invalidParameter('sort', `must be one of ${names.flatMap((each) => [each, `-${each}`]).join(', ')}`);
  return { name, direction: sort.startsWith('-') ? 'desc' : 'asc' };
}

/** What the state of the journal makes of a request. */
export interface Standing {
  head: Preamble;
  /** The revision that the answer is of. */
  revision: number;
  pinned: boolean;
  immutable: boolean;
  tag: string;
}

/** The same with the page, where it could be read at once. */
interface Prepared extends Standing {
  /** Undefined when the client has it, and when it is to be read by the analyst. */
  content: ListContent | undefined;
  /** Undefined when none are wanted, and when the analyst is to count them. */
  facets: Facets | undefined;
}

async function answer(
  resource: Resource,
  services: Services,
  wanted: ListRequest,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const prepared = await services.store.snapshot((reader) => prepare(resource, services, wanted, reader, request));
  const { revision, immutable, tag } = prepared;
  cacheHeaders(reply, tag, immutable, services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  const content =
    prepared.content ?? (await services.analyst.run(LIST_CONTENT, contentArgs(resource, wanted, prepared)));
  const facets = prepared.facets ?? (await countFacets(resource, services, wanted, prepared));
  const next = cursorAfter(content.next, wanted, prepared);
  if (next !== undefined) reply.header('link', nextLink(services, request, next));
  const members = [
    `"data":[${withFields(content.docs, wanted.fields).join()}]`,
    `"page":{"next":${JSON.stringify(next ?? null)},"limit":${wanted.limit}}`,
    `"asOf":${revision}`,
    ...(content.count === undefined ? [] : [`"count":${JSON.stringify(content.count)}`]),
    ...(facets === undefined ? [] : [`"facets":${JSON.stringify(facets)}`]),
    ...(content.included === undefined ? [] : [`"included":${content.included}`]),
  ];
  return reply.type(JSON_UTF8).send(`{${members.join()}}`);
}

async function countFacets(resource: Resource, services: Services, wanted: ListRequest, prepared: Prepared) {
  return wanted.facets.length === 0 ? undefined : services.analyst.run(FACETS, facetArgs(resource, wanted, prepared));
}

function facetArgs(
  { collection }: Resource,
  { facets: names, query, search }: ListRequest,
  { head, revision }: Standing,
): FacetArgs {
  return { collection, query, found: head.references, search, names, revision };
}

async function prepare(
  resource: Resource,
  services: Services,
  wanted: ListRequest,
  reader: Reader,
  request: FastifyRequest,
): Promise<Prepared> {
  const standing = await standingOf(services, wanted, reader);
  const args = contentArgs(resource, wanted, standing);
  const isLeft = wanted.search !== undefined || (services.analyst.isAside && !isBrief(args, resource, wanted.filters));
  if (isLeft || isNotModified(request, standing.tag)) return { ...standing, content: undefined, facets: undefined };
  const content = await readListContent(reader, args, resource, wanted.filters);
  const mayBeKept = wanted.facets.length > 0 && standing.revision === standing.head.revision;
  const facets = mayBeKept ? await readKeptFacets(reader, facetArgs(resource, wanted, standing)) : undefined;
  return { ...standing, content, facets };
}

/** The cursor to go on with behind sort values; undefined when there is no more. */
export function cursorAfter(
  keys: ListContent['next'],
  { walkHash }: ListRequest,
  { head, revision }: Standing,
): string | undefined {
  return keys && encodeCursor({ epoch: head.epoch, query: walkHash, revision, keys });
}

/** Where a request stands in time, in one query. Raises `invalid-parameter` for references that name nothing. */
export async function standingOf(services: Services, wanted: ListRequest, reader: Reader): Promise<Standing> {
  const instant = wanted.asOf && 'instant' in wanted.asOf ? wanted.asOf.instant : undefined;
  const head = await readPreamble(reader, wanted.filters.references, instant);
  const now = toInstant(services.clock.now());
  const pinned = wanted.cursor
    ? pinnedRevision(wanted.cursor, wanted.walkHash, head, SORT_KEYS[wanted.sort.name])
    : wanted.asOf && revisionOf(wanted.asOf, head, head.revisionAt, now);
  const meaning = meaningOfNames(wanted.filters.references, head.references);
  const past = wanted.cursor !== undefined || (wanted.asOf !== undefined && isImmutable(wanted.asOf, head));
  const immutable = past && meaning === undefined;
  const revision = pinned ?? head.revision;
  const tag = answerTag(
    revision,
    meaning === undefined ? wanted.answerHash : queryHash(`${wanted.answerHash} ${meaning}`),
  );
  // References that name nothing are told before anything is read.
  const references = await atRevision(reader, wanted.filters.references, head.references, revision);
  wanted.filters.resolve(references);
  return { head: { ...head, references }, revision, pinned: pinned !== undefined, immutable, tag };
}

export function contentArgs(
  resource: Resource,
  wanted: ListRequest,
  { head, revision, pinned }: Standing,
): ListContentArgs {
  const { sort, limit, cursor, count, include, search } = wanted;
  return {
    ...{ collection: resource.collection, query: wanted.query, found: head.references, search },
    ...{ revision, pinned, sort, limit, position: cursor?.keys, count, include },
  };
}
