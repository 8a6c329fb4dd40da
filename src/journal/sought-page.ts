import { and, eq, sql } from 'drizzle-orm';
import { named } from '../db/conditions.js';
import { estimateMatches } from '../db/hits.js';
import { isFoundInTurn, narrowedTo, type SearchExpression } from '../db/search.js';
import type { Db, Preparable, Reader } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import {
  keyValues,
  type ListQuery,
  type Page,
  type PageRow,
  pageOf,
  pageShape,
  planOf,
  readPage,
  sorting,
  valuesOf,
} from './list.js';
import { readYears } from './rollups.js';
import { type Sought, soughtCondition } from './search.js';
import { type Stretch, stretchesOf } from './stretches.js';

/** When which way is taken. */
export interface Bounds {
  /** How many of the newest that fit are looked at to judge how many there are. */
  sample: number;
  /** Up to so many that fit are looked up at once and put in order. */
  few: number;
  /** Where one in so many versions fits, a list that is not by date is walked and each record asked whether it does. */
  oneIn: number;
  /** Records that are asked before the walk is given up: those that fit may be far away in the order of the list. */
  asked: number;
  /** Asking a record takes as long as looking up so many that are known to fit; lists by date are walked by that. */
  asking: number;
  /** Where a type has more years than this, they are not looked through one by one. */
  years: number;
}

const BOUNDS: Bounds = { sample: 300, few: 2_500, oneIn: 20, asked: 5_000, asking: 8, years: 150 };

interface Seeking {
  reader: Reader;
  list: ListQuery;
  expression: SearchExpression;
  /** Rows to read. */
  limit: number;
  position: readonly (string | number)[] | undefined;
  bounds: Bounds;
}

/**
 * A page of a list's records that fit a search as well. PostgreSQL knows how many do and plans by it; for SQLite it is
 * judged here by how close together the newest stand that fit. Every way gives the same page.
 */
export async function readSoughtPage(
  reader: Reader,
  list: ListQuery,
  sought: Pick<Sought, 'expression'>,
  limit: number,
  position: Seeking['position'],
  bounds = BOUNDS,
): Promise<Page> {
  const { expression } = sought;
  if (expression === undefined || reader.engine === 'postgres')
    return readPage(reader, withSought(list, sought), limit, position);
  return pageOf(list, await rowsOf({ reader, list, expression, limit: limit + 1, position, bounds }), limit);
}

/** A list narrowed to what fits a search. */
export function withSought(list: ListQuery, sought: Pick<Sought, 'expression'>): ListQuery {
  return { ...list, conditions: [...list.conditions, soughtCondition(sought)] };
}

async function rowsOf(seeking: Seeking): Promise<PageRow[]> {
  const { reader, expression, limit, bounds } = seeking;
  const { number, share } = await estimateMatches(reader, expression, bounds.sample);
  if (number <= bounds.few) return lookUp(seeking);
  const stretches = await readStretches(seeking, share);
  if (isWalked(seeking, share, stretches)) {
    const rows = await walk(seeking);
    if (rows.length === limit) return rows;
  }
  return stretches === undefined ? lookUp(seeking) : lookUpByMonths(seeking, stretches);
}

/** Whether to ask records one after the other is quicker than to look up all that fit, or those of the first months. */
function isWalked({ limit, bounds }: Seeking, share: number, stretches: readonly Stretch[] | undefined): boolean {
  if (stretches === undefined) return share * bounds.oneIn >= 1;
  return (stretches[0]?.fitting ?? 0) * share > limit * bounds.asking;
}

/** The rows that fit among the first of the list: fewer than wanted when the walk is given up, or comes to the end. */
function walk({ reader, list, expression, limit, position, bounds }: Seeking): Promise<PageRow[]> {
  const { fts5, tsquery } = expression;
  return reader.all(
    `page walked ${pageShape(list, position)}`,
    (db, t) => {
      const { found, keys } = firstOf(db, t, list, position, 'asked');
      const fits = isFoundInTurn(t, found, sql.placeholder('fts5'), sql.placeholder('tsquery'));
      // Rows come as the inner query gives them; to put them in order would be to ask all of them.
      return db
        .select({ doc: t.revisions.doc, ...keys })
        .from(found)
        .innerJoin(t.revisions, eq(t.revisions.revision, found.revision))
        .where(fits)
        .limit(sql.placeholder('limit')) as unknown as Preparable<PageRow>;
    },
    { ...valuesOf(list), ...keyValues(position), fts5, tsquery, asked: bounds.asked, limit },
  );
}

/** Looks up all that fit and puts them in order; reads the documents of the first alone. */
function lookUp({ reader, list, expression, limit, position }: Seeking): Promise<PageRow[]> {
  const query = withSought(list, { expression });
  return reader.all(
    `page looked up ${pageShape(query, position)}`,
    (db, t) => {
      const { found, keys, orderBy } = firstOf(db, t, query, position, 'limit');
      return db
        .select({ doc: t.revisions.doc, ...keys })
        .from(found)
        .innerJoin(t.revisions, eq(t.revisions.revision, found.revision))
        .orderBy(...orderBy(Object.values(keys))) as unknown as Preparable<PageRow>;
    },
    { ...valuesOf(query), ...keyValues(position), limit },
  );
}

/** The revisions and sort values of the first records of a list, as a subquery. */
function firstOf(db: Db, t: Tables, query: ListQuery, position: Seeking['position'], limit: string) {
  const { from, where, sortTable, columns: record } = planOf(db, t, query, false);
  const { columns, keyset, orderBy } = sorting(query, sortTable, position);
  const sorted = columns.map((column, index) => [`k${index}`, named(column, `k${index}`)] as const);
  const rows = from({ revision: record.revision, ...Object.fromEntries(sorted) })
    .where(and(where, keyset))
    .orderBy(...orderBy(columns))
    .limit(sql.placeholder(limit)) as unknown as ReturnType<typeof typed>;
  const found = rows.as('found');
  const keys = Object.fromEntries(sorted.map(([name]) => [name, (found as unknown as typeof keysOf)[name]]));
  return { found, keys: keys as typeof keysOf, orderBy };
}

declare const keysOf: Record<string, Tables['events']['label']>;

/** Never run: it gives the type that the selection of a list's plan loses. */
function typed(db: Db, t: Tables) {
  return db.select({ revision: t.events.revision }).from(t.events);
}

/** The same, some months at a time in the order of the list until there are enough. */
async function lookUpByMonths(seeking: Seeking, stretches: readonly Stretch[]): Promise<PageRow[]> {
  const { expression, limit } = seeking;
  const rows: PageRow[] = [];
  for (const { words } of stretches) {
    const there = { ...seeking, expression: narrowedTo(expression, words), limit: limit - rows.length };
    rows.push(...(await lookUp(there)));
    if (rows.length >= limit) break;
  }
  return rows;
}

/** The months to look through; undefined where the list is in another order, or too many years have records. */
async function readStretches(
  { reader, list, limit, position, bounds }: Seeking,
  share: number,
): Promise<Stretch[] | undefined> {
  const { kind, sort, asOf, direction } = list;
  if (sort !== 'date' || asOf !== undefined) return undefined;
  const years = await readYears(reader, kind.type);
  if (years.size > bounds.years) return undefined;
  const day = position?.[0];
  return stretchesOf(years, { direction, from: typeof day === 'number' ? day : undefined, share, wanted: limit });
}
