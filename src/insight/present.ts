import { readHead } from '../db/head.js';
import type { Resolved } from '../db/look-up.js';
import type { Reader } from '../db/store.js';
import type { Document } from '../journal/kind.js';
import type { ListQuery } from '../journal/list.js';
import { readDocuments } from '../journal/read.js';
import { seek, soughtCondition } from '../journal/search.js';
import { kinds } from '../resources/index.js';
import { planFilters } from '../resources/operations/filter-plan.js';
import type { Resource } from '../resources/resource.js';
import { typeOfId } from '../shared/ids.js';

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
  const text = given.get('q')?.[0];
  if (text === undefined) return { conditions, edges };
  const sought = soughtCondition(await seek(reader, text, { types: [resource.type], asOf }));
  return { conditions: [...conditions, sought], edges };
}

/** A record as people know it. */
export interface RecordName {
  id: string;
  slug: string;
  label: string;
}

/** Slugs and labels of records as they were then, by id. */
export async function namesOf(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<Map<string, RecordName>> {
  const found = await readDocuments(reader, ids, asOf);
  return new Map(
    found.map(({ id, doc }) => {
      const document = JSON.parse(doc) as Document;
      const type = typeOfId(id);
      const label = (type && kinds.get(type)?.label(document)) ?? document.slug;
      return [id, { id, slug: document.slug, label }];
    }),
  );
}
