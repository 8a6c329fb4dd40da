import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPreamble } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import { answerTag, cacheHeaders, isNotModified } from '../../http/conditional.js';
import { readQuery, wholeNumber } from '../../http/query.js';
import { countRecords, type ListQuery, type Page, readPage } from '../../journal/list.js';
import { readRollup } from '../../journal/rollups.js';
import { invalidParameter } from '../../problems.js';
import { toInstant } from '../../shared/clock.js';
import { type Cursor, encodeCursor, queryHash } from '../../shared/cursor.js';
import type { Resource, SortName } from '../resource.js';
import { isImmutable, parseAsOf, revisionOf } from './as-of.js';
import { type FilterPlan, filterNames, planFilters } from './filter-plan.js';
import { type KeyKinds, nextLink, pinnedRevision, readCursor } from './paging.js';
import { parseFields, parseInclude } from './parameters.js';
import { JSON_UTF8, type Services } from './services.js';
import { includedText, withFields } from './shape.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 200;
export const COUNT_CAP = 10_000;
export const LIST_PARAMETERS = ['sort', 'limit', 'cursor', 'fields', 'include', 'count', 'asOf'] as const;
const SORT_KEYS: Readonly<Record<SortName, KeyKinds>> = {
  date: ['integer', 'integer', 'text'],
  label: ['text', 'text'],
  created: ['integer', 'text'],
  updated: ['integer', 'text'],
};
const NOT_PART_OF_THE_WALK = new Set(['cursor', 'limit', 'fields', 'include', 'count']);

type QueryMap = ReadonlyMap<string, readonly string[]>;

/** A list request as far as it can be understood without the database. */
interface ListRequest {
  filters: FilterPlan;
  sort: { name: SortName; direction: 'asc' | 'desc' };
  limit: number;
  cursor: Cursor | undefined;
  fields: ReadonlySet<string> | undefined;
  include: string[];
  count: 'none' | 'exact' | 'capped';
  asOf: ReturnType<typeof parseAsOf>;
  /** Hash of what a cursor is bound to, and of the whole query. */
  walkHash: string;
  answerHash: string;
}

/** `GET /v1/{collection}`. */
export function listHandler(resource: Resource, services: Services) {
  const known = [...LIST_PARAMETERS, ...filterNames(resource)];
  const repeatable = resource.filters.map(({ name }) => name);
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const query = readQuery(request, known, repeatable);
    const wanted = understand(resource, query);
    return services.store.snapshot((reader) => answer(resource, services, wanted, reader, request, reply));
  };
}

function understand(resource: Resource, query: QueryMap): ListRequest {
  const one = (name: string) => query.get(name)?.[0];
  const countMode = one('count') ?? 'none';
  if (countMode !== 'none' && countMode !== 'exact' && countMode !== 'capped') {
    throw invalidParameter('count', 'must be one of none, exact, capped');
  }
  return {
    filters: planFilters(resource, query),
    sort: parseSort(resource, one('sort')),
    limit: wholeNumber('limit', one('limit'), DEFAULT_LIMIT, MAX_LIMIT),
    cursor: readCursor(one('cursor')),
    fields: parseFields(resource, one('fields')),
    include: parseInclude(resource, one('include')),
    count: countMode,
    asOf: parseAsOf(one('asOf')),
    walkHash: hashOf(resource, query, (name) => !NOT_PART_OF_THE_WALK.has(name)),
    answerHash: hashOf(resource, query, () => true),
  };
}

function hashOf(resource: Resource, query: QueryMap, takes: (name: string) => boolean): string {
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

async function answer(
  resource: Resource,
  services: Services,
  wanted: ListRequest,
  reader: Reader,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const instant = wanted.asOf && 'instant' in wanted.asOf ? wanted.asOf.instant : undefined;
  const head = await readPreamble(reader, wanted.filters.references, instant);
  const now = toInstant(services.clock.now());
  const pinned = wanted.cursor
    ? pinnedRevision(wanted.cursor, wanted.walkHash, head, SORT_KEYS[wanted.sort.name])
    : wanted.asOf && revisionOf(wanted.asOf, head, head.revisionAt, now);
  const immutable = wanted.cursor !== undefined || (wanted.asOf !== undefined && isImmutable(wanted.asOf, head));
  const revision = pinned ?? head.revision;
  const tag = answerTag(revision, wanted.answerHash);
  cacheHeaders(reply, tag, immutable, services.publicRead);
  if (isNotModified(request, tag)) return reply.code(304).send();
  const query: ListQuery = {
    kind: resource.kind,
    asOf: pinned,
    ...wanted.filters.resolve(head.references),
    sort: wanted.sort.name,
    direction: wanted.sort.direction,
  };
  const page = await readPage(reader, query, wanted.limit, wanted.cursor?.keys);
  const next = page.next && encodeCursor({ epoch: head.epoch, query: wanted.walkHash, revision, keys: page.next });
  if (next !== undefined) reply.header('link', nextLink(services, request, next));
  const extra = [
    await countText(reader, query, wanted.count),
    await includeText(reader, resource, page, wanted.include, pinned),
  ];
  const body = `{"data":[${withFields(page.docs, wanted.fields).join()}],"page":{"next":${JSON.stringify(next ?? null)},"limit":${wanted.limit}},"asOf":${revision}`;
  return reply.type(JSON_UTF8).send(`${body}${extra.join('')}}`);
}

async function countText(reader: Reader, query: ListQuery, mode: ListRequest['count']): Promise<string> {
  if (mode === 'none') return '';
  const rollup = await readRollup(reader, query);
  if (rollup !== undefined) return `,"count":{"value":${rollup},"exact":true}`;
  const found = await countRecords(reader, query, mode === 'capped' ? COUNT_CAP + 1 : undefined);
  const exact = mode === 'exact' || found <= COUNT_CAP;
  return `,"count":{"value":${exact ? found : COUNT_CAP},"exact":${exact}}`;
}

async function includeText(
  reader: Reader,
  resource: Resource,
  page: Page,
  include: string[],
  asOf: number | undefined,
): Promise<string> {
  return include.length === 0 ? '' : `,"included":${await includedText(reader, resource, page.docs, include, asOf)}`;
}
