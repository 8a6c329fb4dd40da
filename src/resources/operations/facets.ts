import { readHead } from '../../db/head.js';
import type { Resolved } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import type { Task } from '../../journal/analysis.js';
import { type Counts, countsByColumn, countsByTag, countsByTarget, countsByYear } from '../../journal/facets.js';
import type { Document } from '../../journal/kind.js';
import type { ListQuery } from '../../journal/list.js';
import { readDocuments } from '../../journal/read.js';
import { readCells, readRollup } from '../../journal/rollups.js';
import { seek, soughtCondition } from '../../journal/search.js';
import { invalidParameter } from '../../problems.js';
import { type ResourceType, typeOfId } from '../../shared/ids.js';
import { hint } from '../../shared/text.js';
import { kinds, resourceOf } from '../index.js';
import type { Resource } from '../resource.js';
import { planFilters } from './filter-plan.js';
import { splitList } from './parameters.js';

const MAX_FACETS = 8;
/** Values of one facet that are told. */
export const MAX_VALUES = 50;
/** Facets whose counts of all present records are kept, under the same names as in the roll-ups. */
const KEPT = ['kind', 'status', 'country', 'year'];

/** What the records of a list are told apart by. */
type Source =
  | { by: 'column'; column: string }
  | { by: 'edge'; relation: string | undefined; to: ResourceType }
  | { by: 'tag' | 'year' };

/** What a resource can be counted by: whatever its filters take values of, under the same names, and the year. */
function sourcesOf(resource: Resource): Map<string, Source> {
  const sources = new Map<string, Source>();
  for (const filter of resource.filters) {
    if (filter.sort === 'value' && filter.column) sources.set(filter.name, { by: 'column', column: filter.column });
    if (filter.sort === 'edge' && filter.to !== 'any')
      sources.set(filter.name, { by: 'edge', relation: filter.relation, to: filter.to });
    if (filter.name === 'tag') sources.set('tag', { by: 'tag' });
  }
  if (resource.dates !== undefined) sources.set('year', { by: 'year' });
  return sources;
}

/** Names of the facets of a resource. */
export function facetNames(resource: Resource): string[] {
  return [...sourcesOf(resource).keys()];
}

/** Reads `facets`. Raises `invalid-parameter` naming what there is. */
export function parseFacets(resource: Resource, text: string | undefined): string[] {
  if (text === undefined) return [];
  const known = facetNames(resource);
  const names = [...new Set(splitList('facets', text))];
  for (const name of names) {
    if (!known.includes(name))
      throw invalidParameter('facets', `must be some of ${known.join(', ')}${hint(name, known)}`);
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
  missing?: number;
}

/** Counts the records of a list by some of what they can be told apart by, each without the filter of its own name. */
export const FACETS: Task<FacetArgs, Record<string, Facet>> = {
  name: 'facets',
  async run(reader, args) {
    const resource = resourceOf(args.collection);
    const asOf = (await readHead(reader)).revision === args.revision ? undefined : args.revision;
    const facets: Record<string, Facet> = {};
    for (const name of args.names) {
      const query = await listWithout(reader, resource, args, name, asOf);
      const source = sourcesOf(resource).get(name);
      if (source === undefined) throw new Error(`no facet ${name}`);
      facets[name] = await represent(reader, await countsOf(reader, query, name, source), source, asOf);
    }
    return facets;
  },
};

/** The list of the request without a filter and what qualifies it; with `validOn`, which reads them together, as it is. */
async function listWithout(
  reader: Reader,
  resource: Resource,
  { query, found, search }: FacetArgs,
  name: string,
  asOf: number | undefined,
): Promise<ListQuery> {
  const whole = new Map(query);
  const own = new Set([name]);
  for (const filter of resource.filters) if (filter.sort === 'qualifier' && filter.of === name) own.add(filter.name);
  if (name === 'area') own.add('areaDepth');
  const left = whole.has('validOn') ? whole : new Map(query.filter(([parameter]) => !own.has(parameter)));
  const { references } = planFilters(resource, whole);
  const foundLeft = found.filter((_, index) => left.has(references[index]?.of ?? ''));
  const { conditions, edges } = planFilters(resource, left, whole).resolve(foundLeft);
  const sought =
    search === undefined ? [] : [soughtCondition(await seek(reader, search, { types: [resource.type], asOf }))];
  return { kind: resource.kind, asOf, conditions: [...conditions, ...sought], edges, sort: 'date', direction: 'asc' };
}

async function countsOf(reader: Reader, query: ListQuery, name: string, source: Source): Promise<Counts> {
  const kept = await keptCounts(reader, query, name);
  if (kept !== undefined) return kept;
  if (source.by === 'column') return countsByColumn(reader, query, source.column, MAX_VALUES);
  if (source.by === 'edge') return countsByTarget(reader, query, source, MAX_VALUES);
  return source.by === 'tag' ? countsByTag(reader, query, MAX_VALUES) : countsByYear(reader, query, MAX_VALUES);
}

/** Counts of all present records, which are kept with each write. */
async function keptCounts(reader: Reader, query: ListQuery, name: string): Promise<Counts | undefined> {
  const isAll = query.asOf === undefined && query.conditions.length + query.edges.length === 0;
  if (!isAll || !KEPT.includes(name)) return undefined;
  const cells = await readCells(reader, query.kind.type, name, 10_000);
  const total = (await readRollup(reader, query)) ?? 0;
  const sum = cells.reduce((all, { count }) => all + count, 0);
  return { values: cells.slice(0, MAX_VALUES), distinct: cells.length, missing: total - sum };
}

async function represent(reader: Reader, counts: Counts, source: Source, asOf: number | undefined): Promise<Facet> {
  const { values, distinct, missing } = counts;
  const ids = source.by === 'edge' ? values.map(({ value }) => value) : [];
  const documents = new Map((await readDocuments(reader, ids, asOf)).map(({ id, doc }) => [id, doc]));
  return {
    counts: 'records',
    values: values.map(({ value, count }) => ({ value, ...nameOf(value, documents.get(value)), count })),
    distinct,
    truncated: distinct > values.length,
    ...(missing !== undefined && { missing }),
  };
}

function nameOf(id: string, doc: string | undefined): { slug?: string; label?: string } {
  if (doc === undefined) return {};
  const document = JSON.parse(doc) as Document;
  const label = kinds.get(typeOfId(id) as ResourceType)?.label(document);
  return { slug: document.slug, ...(label !== undefined && { label }) };
}
