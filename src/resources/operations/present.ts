import { readHead } from '../../db/head.js';
import type { Resolved } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import type { Condition, ListQuery } from '../../journal/list.js';
import { type Sought, seek, soughtCondition } from '../../journal/search.js';
import type { Resource } from '../resource.js';
import { planFilters } from './filter-plan.js';

/**
 * Undefined while the revision is the present one, which is faster to read, or else the revision. A task reads a state
 * of its own, in which the journal may have moved on since the request was understood.
 */
export async function presentOr(reader: Reader, revision: number): Promise<number | undefined> {
  return (await readHead(reader)).revision === revision ? undefined : revision;
}

/** The filters of a request, and what their references were resolved to, as plain data. */
export interface Filtered {
  query: readonly (readonly [name: string, values: readonly string[]])[];
  found: readonly Resolved[];
}

/** The predicates of a list's filters and of `q`, inside a task. */
export async function readFilters(
  reader: Reader,
  resource: Resource,
  { query, found }: Filtered,
  asOf: number | undefined,
): Promise<Pick<ListQuery, 'conditions' | 'edges'>> {
  const given = new Map(query);
  const { conditions, edges } = planFilters(resource, given).resolve(found);
  return { conditions: [...conditions, ...(await soughtBy(reader, resource, given.get('q')?.[0], asOf))], edges };
}

/** The predicate of what was typed as `q`; none without it. */
export async function soughtBy(
  reader: Reader,
  resource: Pick<Resource, 'type'>,
  text: string | undefined,
  asOf: number | undefined,
): Promise<Condition[]> {
  return text === undefined ? [] : [soughtCondition(await seekOf(reader, resource, text, asOf))];
}

/** What was typed as `q`, understood. */
export function seekOf(
  reader: Reader,
  { type }: Pick<Resource, 'type'>,
  text: string,
  asOf: number | undefined,
): Promise<Sought> {
  return seek(reader, text, { types: [type], asOf, isOfList: true });
}
