import { asc, count, desc, eq, sql } from 'drizzle-orm';
import { unindexed } from '../db/columns.js';
import type { Preparable, Reader } from '../db/store.js';
import { NO_EARLIEST, yearOfDay } from '../shared/edtf.js';
import { type ListQuery, planOf, shapeOf, valuesOf } from './list.js';
import {
  columnOf,
  type EdgeSplitter,
  edgesShape,
  edgeValues,
  fittingRecords,
  isOneOf,
  tallyByColumn,
  topTargets,
} from './tally.js';

/** How many records of a list have each of some values, the most frequent first, then by value. */
export interface Counts {
  values: { value: string; count: number }[];
  /** How many values there are in all. */
  distinct: number;
  /** Records without a value; undefined where a record may have several. */
  missing: number | undefined;
}

/** By a column, which each record has one value in or none. */
export async function countsByColumn(reader: Reader, query: ListQuery, column: string, limit: number): Promise<Counts> {
  const rows = await reader.all(
    `facet ${shapeOf(query)} by ${column}`,
    (db, t) => {
      const { from, where, columns } = planOf(db, t, query, false);
      const value = columnOf(columns, column);
      const rows = from({ value, count: count() }).where(where).groupBy(value);
      return rows as unknown as Preparable<{ value: string | null; count: number }>;
    },
    valuesOf(query),
  );
  return summed(rows, limit);
}

/** By the year of the first day that a record's date may begin on. */
export async function countsByYear(reader: Reader, query: ListQuery, limit: number): Promise<Counts> {
  const years = new Map<string | null, number>();
  for (const { dateFrom, count: records } of await tallyByColumn(reader, query, undefined)) {
    const year = dateFrom === NO_EARLIEST ? null : yearOfDay(dateFrom);
    years.set(year, (years.get(year) ?? 0) + records);
  }
  return summed(
    [...years].map(([value, records]) => ({ value, count: records })),
    limit,
  );
}

function summed(rows: readonly { value: string | null; count: number }[], limit: number): Counts {
  const present: Counts['values'] = [];
  let missing = 0;
  for (const { value, count: records } of rows) {
    // A status that is derived from milestones is empty without them.
    if (value === null || value === '') missing += records;
    else present.push({ value, count: records });
  }
  present.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { values: present.slice(0, limit), distinct: present.length, missing };
}

/** By the records at the other end of edges; a record counts once under each that it points at. */
export async function countsByTarget(
  reader: Reader,
  query: ListQuery,
  splitter: EdgeSplitter,
  limit: number,
): Promise<Counts> {
  const values = await topTargets(reader, query, splitter, limit);
  if (values.length < limit) return { values, distinct: values.length, missing: undefined };
  const row = await reader.get(
    `facet targets ${shapeOf(query)} ${edgesShape(splitter)}`,
    (db, t) => {
      const fitting = fittingRecords(db, t, query);
      const targets = db
        .selectDistinct({ target: t.links.target })
        .from(fitting)
        .innerJoin(t.links, eq(t.links.revision, unindexed(fitting.revision)))
        .where(isOneOf(t, splitter))
        .as('targets');
      return db.select({ count: count() }).from(targets);
    },
    { ...valuesOf(query), ...edgeValues(splitter) },
  );
  return { values, distinct: row?.count ?? values.length, missing: undefined };
}

/** By tag. */
export async function countsByTag(reader: Reader, query: ListQuery, limit: number): Promise<Counts> {
  const values = await reader.all(
    `facet ${shapeOf(query)} by tag`,
    (db, t) => {
      const fitting = fittingRecords(db, t, query);
      return db
        .select({ value: t.tags.tag, count: count() })
        .from(fitting)
        .innerJoin(t.tags, eq(t.tags.revision, unindexed(fitting.revision)))
        .groupBy(t.tags.tag)
        .orderBy(desc(count()), asc(t.tags.tag))
        .limit(sql.placeholder('limit'));
    },
    { ...valuesOf(query), limit },
  );
  if (values.length < limit) return { values, distinct: values.length, missing: undefined };
  const row = await reader.get(
    `facet tags ${shapeOf(query)}`,
    (db, t) => {
      const fitting = fittingRecords(db, t, query);
      const tags = db
        .selectDistinct({ tag: t.tags.tag })
        .from(fitting)
        .innerJoin(t.tags, eq(t.tags.revision, unindexed(fitting.revision)))
        .as('tags_there');
      return db.select({ count: count() }).from(tags);
    },
    valuesOf(query),
  );
  return { values, distinct: row?.count ?? values.length, missing: undefined };
}
