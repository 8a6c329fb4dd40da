import { type Head, readHead } from '../db/head.js';
import { atRevision, readPreamble } from '../db/look-up.js';
import type { Reader } from '../db/store.js';
import type { Query } from '../http/query.js';
import type { ListQuery } from '../journal/list.js';
import { CHANGE_KINDS, type ChangeKind } from '../journal/record.js';
import { invalidParameter, Problem } from '../problems.js';
import { type Filter, requireCode } from '../resources/common.filters.js';
import { resources } from '../resources/index.js';
import { filterNames, type ListFilterPlan, planFilters } from '../resources/operations/filter-plan.js';
import { pinnedRevision, readCursor } from '../resources/operations/paging.js';
import { readCodes } from '../resources/operations/parameters.js';
import type { Resource } from '../resources/resource.js';
import { type Cursor, encodeCursor, queryHash } from '../shared/cursor.js';
import { RESOURCE_TYPES } from '../shared/ids.js';
import { type Change, type ChangePage, type Followed, OPS, type Op, type Place, readChanges } from './changes.js';

/** What the feed and the stream take, beside filters. */
export const FOLLOW_PARAMETERS = ['since', 'cursor', 'types', 'op', 'changeKind', 'docs', 'compact'] as const;

/** Filters without a column of their own that look at nothing but the version of the record. */
const OF_THE_VERSION = ['tag', 'externalScheme', 'bbox', 'minAmount'];
/** What `filterNames` has beside the filters of the resource, as far as the feed takes it. */
const DATES_AND_DEPTH = ['from', 'to', 'match', 'areaDepth'];

/** Whether the feed can tell from a version of a record alone if it fits. */
function isOfTheVersion(filter: Filter): boolean {
  return filter.sort !== 'value' || filter.column !== undefined || OF_THE_VERSION.includes(filter.name);
}

/** Names of the filters of a resource that the feed takes. */
export function followedFilters(resource: Resource): string[] {
  const taken = resource.filters.filter(isOfTheVersion).map(({ name }) => name);
  return filterNames(resource).filter((name) => DATES_AND_DEPTH.includes(name) || taken.includes(name));
}

/** Names of every filter that any resource has. */
export const ALL_FILTERS: readonly string[] = [...new Set(resources.flatMap(filterNames))];

/** A request to follow changes as far as it can be understood without the database. */
export interface FollowRequest {
  /** Without the filter, whose references must be looked up first. */
  followed: Omit<Followed, 'filter'>;
  filter: { resource: Resource; plan: ListFilterPlan } | undefined;
  cursor: Cursor | undefined;
  since: number | 'now';
  /** All that a cursor is bound to, as it was written. */
  walk: string;
}

/** Understands a query. Raises `invalid-parameter` and `cursor-malformed`. */
export function understandFollowing(query: Query): FollowRequest {
  const types = readCodes(query, 'types', RESOURCE_TYPES);
  const ops = readCodes(query, 'op', Object.keys(OPS) as Op[]);
  const changeKinds = readCodes(query, 'changeKind', Object.keys(CHANGE_KINDS) as ChangeKind[]);
  const compact = readFlag(query, 'compact', false);
  const cursor = readCursor(query.get('cursor')?.[0]);
  const filters = [...query].filter(([name]) => ALL_FILTERS.includes(name));
  const selected = [types, ops, changeKinds].map((list) => list && [...list].sort());
  return {
    followed: { types, ops, changeKinds, compact, docs: readFlag(query, 'docs', true) },
    filter: filters.length === 0 ? undefined : planOf(types ?? [], new Map(filters)),
    cursor,
    since: readSince(query, cursor),
    walk: JSON.stringify(['changes', ...selected, compact, ...filters.sort()]),
  };
}

function planOf(types: readonly string[], query: Query): FollowRequest['filter'] {
  const [name = ''] = query.keys();
  const resource = resources.find(({ type }) => types.length === 1 && type === types[0]);
  if (resource === undefined) throw invalidParameter(name, 'is a filter: it needs one type in `types`', 'incomplete');
  const taken = followedFilters(resource);
  const stray = [...query.keys()].find((each) => !taken.includes(each));
  if (stray !== undefined)
    throw invalidParameter(
      stray,
      `is no filter of changes of ${resource.collection}; these are ${taken.join(', ')}`,
      'incompatible',
    );
  if (query.has('area') && !query.has('areaDepth'))
    throw invalidParameter(
      'area',
      'needs `areaDepth=0` here: which areas are narrower changes without the record',
      'incomplete',
    );
  return { resource, plan: planFilters(resource, query) };
}

function readFlag(query: Query, name: string, fallback: boolean): boolean {
  const value = query.get(name)?.[0] ?? String(fallback);
  requireCode(name, value, ['true', 'false']);
  return value === 'true';
}

function readSince(query: Query, cursor: Cursor | undefined): number | 'now' {
  const text = query.get('since')?.[0];
  if (text === undefined) return 0;
  if (cursor !== undefined) throw invalidParameter('since', 'begins a feed and `cursor` goes on: give one of them');
  if (text === 'now') return 'now';
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw invalidParameter('since', 'must be a revision number, 0 or now', 'invalid-format');
}

/** A reader of changes: what it follows, and all that its cursors are bound to. */
export interface Following {
  followed: Followed;
  epoch: string;
  hash: string;
  start: Place;
}

/**
 * Looks up what a request begins with, in one query. Raises `invalid-parameter` for references that name nothing and a
 * `since` beyond the head, and what is wrong with its cursor.
 */
export async function beginFollowing(reader: Reader, request: FollowRequest): Promise<Following> {
  const { followed, filter, walk, cursor } = request;
  const named = filter?.plan.references ?? [];
  const head = await readPreamble(reader, named);
  const references = await atRevision(reader, named, head.references, head.revision);
  const resolved = filter?.plan.resolve(references);
  const listQuery: ListQuery | undefined = filter &&
    resolved && { kind: filter.resource.kind, asOf: undefined, ...resolved, sort: 'created', direction: 'asc' };
  // Names may come to mean other records, and records may be merged; then the filter is another one.
  const hash = queryHash(`${walk} ${references.map((each) => (typeof each === 'string' ? each : each.id)).join()}`);
  const start = cursor ? placeOf(cursor, hash, head) : startOf(request.since, head);
  return { followed: { ...followed, filter: listQuery }, epoch: head.epoch, hash, start };
}

function placeOf(cursor: Cursor, hash: string, head: Head): Place {
  const after = pinnedRevision(cursor, hash, head, ['integer']);
  return { after, base: Number(cursor.keys[0]) };
}

function startOf(since: number | 'now', head: Head): Place {
  const after = since === 'now' ? head.revision : since;
  if (after > head.revision)
    throw invalidParameter('since', `is after the last revision, ${head.revision}`, 'out-of-range');
  return { after, base: after };
}

/** The cursor to go on with from a place. */
export function cursorAt({ epoch, hash }: Following, { after, base }: Place): string {
  return encodeCursor({ epoch, query: hash, revision: after, keys: [base] });
}

/** The cursor of a feed without filters of all changes, or of those of some types, from a revision on. */
export function feedCursor(epoch: string, types: Followed['types'], revision: number): string {
  const query: Query = new Map(types === undefined ? [] : [['types', [types.join()]]]);
  const hash = queryHash(`${understandFollowing(query).walk} `);
  return encodeCursor({ epoch, query: hash, revision, keys: [revision] });
}

/** What a page was read of. */
export interface FollowedPage extends ChangePage {
  head: number;
}

/** The next page after a place. Raises `cursor-epoch-changed` when the database was restored since the reader began. */
export async function readFollowing(
  reader: Reader,
  { followed, epoch }: Following,
  place: Place,
  limit: number,
): Promise<FollowedPage> {
  const head = await readHead(reader);
  if (head.epoch !== epoch || head.revision < place.after)
    throw new Problem('cursor-epoch-changed', 'The database was restored meanwhile.');
  const page = await readChanges(reader, followed, place, head.revision, limit);
  return { ...page, head: head.revision };
}

/** What only the entry of a merge says. */
function mergeOf({ op, revision, mergedInto, causedFrom }: Change) {
  if (op !== 'merge') return {};
  return { mergedInto, ...(causedFrom !== null && { caused: { first: causedFrom, last: revision - 1 } }) };
}

/** An entry as JSON text on one line; stored documents are put in as they are. */
export function changeText(change: Change, docs: boolean): string {
  const { revision, type, id, slug, version, op, changeKind, recordedAt, by, note, origin, doc } = change;
  const members = { revision, type, id, slug, version, op, changeKind, recordedAt, by, note };
  const text = JSON.stringify({ ...members, ...mergeOf(change), ...(origin !== null && { origin }) });
  return docs ? `${text.slice(0, -1)},"document":${doc ?? 'null'}}` : text;
}
