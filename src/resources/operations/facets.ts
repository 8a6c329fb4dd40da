import type { Resolved } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import type { Query } from '../../http/query.js';
import type { Task } from '../../journal/analysis.js';
import { type Counts, countsByColumn, countsByTag, countsByTarget, countsByYear } from '../../journal/facets.js';
import type { Condition, ListQuery } from '../../journal/list.js';
import { readNames } from '../../journal/names.js';
import { cellsOf, readCells } from '../../journal/rollups.js';
import { invalidParameter } from '../../problems.js';
import type { ResourceType } from '../../shared/ids.js';
import { hint } from '../../shared/text.js';
import { isCounted } from '../common.filters.js';
import { resourceOf } from '../index.js';
import type { Resource } from '../resource.js';
import { planFilters, qualifyingRoles } from './filter-plan.js';
import { splitList } from './parameters.js';
import { presentOr, soughtBy } from './present.js';

export const MAX_FACETS = 8;
/** Values of one facet that are told. */
export const MAX_VALUES = 50;

/** What the records of a list are told apart by; where the roll-ups keep that, as which dimension. */
type Source = { kept?: string } & (
  | { by: 'column'; column: string }
  | { by: 'edge'; relation: string | undefined; to: ResourceType }
  | { by: 'tag' | 'year' }
);

/** What a resource can be counted by: whatever its filters take values of, under the same names, and the year. */
function sourcesOf(resource: Resource): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const { name, ...filter } of resource.filters) {
    if (filter.sort === 'value' && filter.column) {
      const kept = isCounted(name, filter.column) ? { kept: name } : {};
      sources.set(name, { by: 'column', column: filter.column, ...kept });
    }
    if (filter.sort === 'edge' && filter.to !== 'any') {
      const kept = filter.to === 'actor' && filter.relation === undefined ? { kept: 'actor' } : {};
      sources.set(name, { by: 'edge', relation: filter.relation, to: filter.to, ...kept });
    }
    if (name === 'tag') sources.set(name, { by: 'tag' });
  }
  if (resource.dates !== undefined) sources.set('year', { by: 'year', kept: 'year' });
  return sources;
}

/** Names of the facets of a resource. */
export function facetNames(resource: Resource): string[] {
  return [...sourcesOf(resource).keys()];
}

/** Reads `facets`. Raises `invalid-parameter` naming what there is, and for what `validOn` gives another meaning. */
export function parseFacets(resource: Resource, query: Query): string[] {
  const text = query.get('facets')?.[0];
  if (text === undefined) return [];
  const known = facetNames(resource);
  const names = [...new Set(splitList('facets', text))];
  const { edges = [], stage } = resource.validOn ?? {};
  for (const name of names) {
    if (!known.includes(name))
      throw invalidParameter('facets', `must be some of ${known.join(', ')}${hint(name, known)}`);
    if (query.has('validOn') && (edges.includes(name) || name === stage)) {
      const message = `cannot count by \`${name}\` with \`validOn\`, which asks what that was on the day; leave one of them out`;
      throw invalidParameter('facets', message, 'not-combinable');
    }
  }
  if (names.length > MAX_FACETS) throw invalidParameter('facets', `must name at most ${MAX_FACETS}`, 'out-of-range');
  return names;
}

/** Which facets of which list, as plain data. */
export interface FacetArgs {
  collection: Resource['collection'];
  /** The query of the request, and what the references in it are. */
  query: readonly (readonly [name: string, values: readonly string[]])[];
  found: readonly Resolved[];
  search: string | undefined;
  names: readonly string[];
  /** The revision that the answer is of. */
  revision: number;
}

export interface Facet {
  counts: 'records';
  values: { value: string; slug?: string; label?: string; count: number }[];
  distinct: number;
  /** Whether there are more values than are told. */
  truncated: boolean;
  missing: number;
}

export type Facets = Record<string, Facet>;

/** Counts the records of a list by some of what they can be told apart by, each without the filter of its own name. */
export const FACETS: Task<FacetArgs, Facets> = {
  name: 'facets',
  async run(reader, args) {
    const asOf = await presentOr(reader, args.revision);
    const sought = await soughtBy(reader, resourceOf(args.collection), args.search, asOf);
    return readFacets(reader, countedLists(args, asOf, sought));
  },
};

/** The facets when the roll-ups keep all of them, so that nothing is counted; otherwise undefined, and nothing is read. */
export async function readKeptFacets(reader: Reader, args: FacetArgs): Promise<Facets | undefined> {
  if (args.search !== undefined) return undefined;
  const lists = countedLists(args, undefined, []);
  return lists.every(isKept) ? readFacets(reader, lists) : undefined;
}

/** A facet with the list that it counts. */
interface Counted {
  name: string;
  source: Source;
  query: ListQuery;
  /** Roles that its edges must have: one of each list. */
  roles: string[][];
}

function countedLists(args: FacetArgs, asOf: number | undefined, sought: readonly Condition[]): Counted[] {
  const resource = resourceOf(args.collection);
  const sources = sourcesOf(resource);
  const given = new Map(args.query);
  return args.names.map((name) => {
    const source = sources.get(name);
    if (source === undefined) throw new Error(`no facet ${name}`);
    const { conditions, edges } = planFilters(resource, given, name).resolve(args.found);
    const list = { kind: resource.kind, asOf, conditions: [...conditions, ...sought], edges };
    const roles = qualifyingRoles(resource, given, name);
    return { name, source, roles, query: { ...list, sort: 'date', direction: 'asc' } };
  });
}

/** Whether these are all present records of a type, or those of one cell, so that the roll-ups count them. */
function isKept({ source: { kept }, query }: Counted): boolean {
  const cells = kept === undefined ? undefined : cellsOf(query);
  return cells !== undefined && cells.length <= 1 && cells.every(({ dimension }) => dimension !== kept);
}

async function readFacets(reader: Reader, lists: readonly Counted[]): Promise<Facets> {
  const facets: Facets = {};
  for (const counted of lists) facets[counted.name] = await readFacet(reader, counted);
  return facets;
}

async function readFacet(reader: Reader, counted: Counted): Promise<Facet> {
  const { source, query } = counted;
  const { values, distinct, missing } = await countsOf(reader, counted);
  const ids = source.by === 'edge' ? values.map(({ value }) => value) : [];
  const names = await readNames(reader, ids, query.asOf);
  return {
    counts: 'records',
    values: values.map(({ value, count }) => ({ value, ...names.get(value), count })),
    distinct,
    truncated: distinct > values.length,
    missing,
  };
}

function countsOf(reader: Reader, counted: Counted): Promise<Counts> {
  const { source, query, roles } = counted;
  if (source.kept !== undefined && isKept(counted))
    return readCells(reader, query.kind.type, source.kept, MAX_VALUES, cellsOf(query)?.[0]);
  if (source.by === 'column') return countsByColumn(reader, query, source.column, MAX_VALUES);
  if (source.by === 'edge') return countsByTarget(reader, query, { ...source, roles }, MAX_VALUES);
  return source.by === 'tag' ? countsByTag(reader, query, MAX_VALUES) : countsByYear(reader, query, MAX_VALUES);
}
