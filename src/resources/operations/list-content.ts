import type { Resolved } from '../../db/look-up.js';
import type { Reader } from '../../db/store.js';
import type { Task } from '../../journal/analysis.js';
import { countRecords, type ListQuery, readPage } from '../../journal/list.js';
import { cellOf, readRollup } from '../../journal/rollups.js';
import { readSoughtPage, withSought } from '../../journal/sought-page.js';
import { resourceOf } from '../index.js';
import type { Resource, SortName } from '../resource.js';
import { type FilterPlan, planFilters } from './filter-plan.js';
import { presentOr, seekOf } from './present.js';
import { includedText } from './shape.js';

/** Counting with `count=capped` goes no further. */
export const COUNT_CAP = 10_000;

export type CountMode = 'none' | 'exact' | 'capped';

/** A page of a list as plain data, so that it can be read in another thread. */
export interface ListContentArgs {
  collection: Resource['collection'];
  /** The query of the request. */
  query: readonly (readonly [name: string, values: readonly string[]])[];
  /** What the references of the filters are. */
  found: readonly Resolved[];
  /** What was typed as `q`. */
  search: string | undefined;
  /** The revision that the answer is of, and whether it is pinned, or was just the last one. */
  revision: number;
  pinned: boolean;
  sort: { name: SortName; direction: 'asc' | 'desc' };
  limit: number;
  position: readonly (string | number)[] | undefined;
  count: CountMode;
  include: readonly string[];
}

export interface ListContent {
  docs: string[];
  /** Sort values of the last record when there are more. */
  next: (string | number)[] | undefined;
  count: { value: number; exact: boolean } | undefined;
  /** JSON text of `included`. */
  included: string | undefined;
}

/** Reads a page with all that goes with it; `plan` saves understanding the filters a second time. */
export async function readListContent(
  reader: Reader,
  args: ListContentArgs,
  resource: Resource,
  plan: FilterPlan,
): Promise<ListContent> {
  const list = filteredList(args, resource, plan);
  const { asOf } = list;
  const sought = args.search === undefined ? undefined : await seekOf(reader, resource, args.search, asOf);
  const { docs, next } =
    sought === undefined
      ? await readPage(reader, list, args.limit, args.position)
      : await readSoughtPage(reader, list, sought, args.limit, args.position);
  const query = sought === undefined ? list : withSought(list, sought);
  const included =
    args.include.length === 0 ? undefined : await includedText(reader, resource, docs, args.include, asOf);
  return { docs, next, count: await countOf(reader, query, args.count), included };
}

/** The list that was asked for but for what was typed as `q`. */
function filteredList(args: ListContentArgs, { kind }: Resource, plan: FilterPlan): ListQuery {
  const asOf = args.pinned ? args.revision : undefined;
  return { kind, asOf, ...plan.resolve(args.found), sort: args.sort.name, direction: args.sort.direction };
}

/** Whether a page takes no longer than its own records, because nothing is sought and no others are counted. */
export function isBrief(args: ListContentArgs, resource: Resource, plan: FilterPlan): boolean {
  if (args.search !== undefined) return false;
  return args.count === 'none' || cellOf(filteredList(args, resource, plan)) !== undefined;
}

async function countOf(reader: Reader, query: ListQuery, mode: CountMode): Promise<ListContent['count']> {
  if (mode === 'none') return undefined;
  const rollup = await readRollup(reader, query);
  if (rollup !== undefined) return { value: rollup, exact: true };
  const found = await countRecords(reader, query, mode === 'capped' ? COUNT_CAP + 1 : undefined);
  const exact = mode === 'exact' || found <= COUNT_CAP;
  return { value: exact ? found : COUNT_CAP, exact };
}

/** The same as a task of its own: a search or a count may look at a great many records. */
export const LIST_CONTENT: Task<ListContentArgs, ListContent> = {
  name: 'list content',
  async run(reader, args) {
    const resource = resourceOf(args.collection);
    // Somebody may have written since the request began: its revision is past then.
    const pinned = (await presentOr(reader, args.revision)) !== undefined || args.pinned;
    return readListContent(reader, { ...args, pinned }, resource, planFilters(resource, new Map(args.query)));
  },
};
