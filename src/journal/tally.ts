import { and, asc, count, desc, eq, gte, inArray, lt, lte, not, notInArray, type SQL, sql } from 'drizzle-orm';
import { unindexed } from '../db/columns.js';
import { columnOf, hasEdge } from '../db/conditions.js';
import type { Db, Preparable, Reader, Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { idRange, type ResourceType } from '../shared/ids.js';
import { type ListQuery, planOf, shapeOf, valuesOf } from './list.js';
import { listValues } from './references.js';

/** How many records of a list have the same dates, as they stand in the columns; with a split, and the same value. */
export interface Tally {
  dateFrom: number;
  dateTo: number;
  count: number;
  /** Null where the record has none; absent without a split. */
  value?: string | null;
}

/** Edges to the records that tell the records of a list apart. */
export interface EdgeSplitter {
  /** Any relation when undefined. */
  relation: string | undefined;
  /** Type of the records at the other end. */
  to: ResourceType;
}

/** The tallies of a list whose records are told apart by a column, or not at all. */
export function tallyByColumn(reader: Reader, query: ListQuery, column: string | undefined): Promise<Tally[]> {
  return reader.all(
    `tally ${shapeOf(query)} by ${column ?? 'nothing'}`,
    (db, t) => {
      const { from, where, sortTable } = planOf(db, t, query, false);
      const dates = { dateFrom: sortTable.dateFrom, dateTo: sortTable.dateTo };
      const value = column === undefined ? undefined : columnOf(t[query.kind.collection], column);
      const rows = from({ ...dates, ...(value && { value }), count: count() })
        .where(where)
        .groupBy(dates.dateFrom, dates.dateTo, ...(value ? [value] : []));
      return rows as unknown as Preparable<Tally>;
    },
    valuesOf(query),
  );
}

/** The records at the other end of edges of a list, those of most records first, then by id. */
export function topTargets(
  reader: Reader,
  query: ListQuery,
  splitter: EdgeSplitter,
  limit: number,
): Promise<{ value: string; count: number }[]> {
  return reader.all(
    `top targets ${shapeOf(query)} ${edgesShape(splitter)}`,
    (db, t) => {
      const fitting = fittingRecords(db, t, query);
      return db
        .select({ value: t.links.target, count: count() })
        .from(fitting)
        .innerJoin(t.links, eq(t.links.revision, unindexed(fitting.revision)))
        .where(isOneOf(t, splitter))
        .groupBy(unindexed(t.links.target))
        .orderBy(desc(count()), asc(t.links.target))
        .limit(sql.placeholder('limit'));
    },
    { ...valuesOf(query), ...edgeValues(splitter), limit },
  );
}

/** Tallies by the named records at the other end; a record counts under each of them that it points at. */
export function tallyByTarget(
  reader: Reader,
  query: ListQuery,
  splitter: EdgeSplitter,
  targets: readonly string[],
): Promise<Tally[]> {
  const { names, values } = listValues(targets);
  return reader.all(
    `tally ${shapeOf(query)} ${edgesShape(splitter)} by ${names.length}`,
    (db, t) => {
      const fitting = fittingRecords(db, t, query);
      const { dateFrom, dateTo } = fitting;
      const among = inArray(
        unindexed(t.links.target),
        names.map((name) => sql.placeholder(name)),
      );
      return db
        .select({ dateFrom, dateTo, value: t.links.target, count: count() })
        .from(fitting)
        .innerJoin(t.links, eq(t.links.revision, fitting.revision))
        .where(and(isOneOf(t, splitter), among))
        .groupBy(dateFrom, dateTo, t.links.target);
    },
    { ...valuesOf(query), ...edgeValues(splitter), ...values },
  );
}

/** Tallies of the records that point at any record but the named ones; each counts once. */
export function tallyOfOthers(
  reader: Reader,
  query: ListQuery,
  splitter: EdgeSplitter,
  targets: readonly string[],
): Promise<Tally[]> {
  const { names, values } = listValues(targets);
  return reader.all(
    `tally of others ${shapeOf(query)} ${edgesShape(splitter)} than ${names.length}`,
    (db, t) => {
      const placeholders = names.map((name) => sql.placeholder(name));
      const others = and(isOneOf(t, splitter), notInArray(unindexed(t.links.target), placeholders));
      return tallyWhere(db, t, query, (record) => hasEdge(t, record, others));
    },
    { ...valuesOf(query), ...edgeValues(splitter), ...values },
  );
}

/** Tallies of the records without such an edge. */
export function tallyOfNone(reader: Reader, query: ListQuery, splitter: EdgeSplitter): Promise<Tally[]> {
  return reader.all(
    `tally of none ${shapeOf(query)} ${edgesShape(splitter)}`,
    (db, t) => tallyWhere(db, t, query, (record) => not(hasEdge(t, record, isOneOf(t, splitter)))),
    { ...valuesOf(query), ...edgeValues(splitter) },
  );
}

function tallyWhere(db: Db, t: Tables, query: ListQuery, more: (record: Tables['events']) => SQL): Preparable<Tally> {
  const { from, where, sortTable, columns } = planOf(db, t, query, false);
  const { dateFrom, dateTo } = sortTable;
  const rows = from({ dateFrom, dateTo, count: count() })
    .where(and(where, more(columns)))
    .groupBy(dateFrom, dateTo);
  return rows as unknown as Preparable<Tally>;
}

/** The records of a list as a subquery: their revisions and dates. */
export function fittingRecords(db: Db, t: Tables, query: ListQuery) {
  const { from, where, sortTable, columns } = planOf(db, t, query, false);
  const selected = { revision: columns.revision, dateFrom: sortTable.dateFrom, dateTo: sortTable.dateTo };
  const rows = from(selected).where(where) as unknown as ReturnType<typeof typed>;
  return rows.as('fitting');
}

/** Never run: it gives the type that the selection of a list's plan loses. */
function typed(db: Db, t: Tables) {
  const { revision, dateFrom, dateTo } = t.events;
  return db.select({ revision, dateFrom, dateTo }).from(t.events);
}

/** That an edge goes to a record of the type. */
export function pointsAtType(t: Tables): SQL | undefined {
  const target = unindexed(t.links.target);
  return and(gte(target, sql.placeholder('lowestId')), lt(target, sql.placeholder('beyondIds')));
}

/**
 * Edges to records of the type; of several from one record to another, only the first (see `links.rank`). The records
 * that fit come first and lead to their edges: through the indexes of links it takes SQLite several times as long.
 */
export function isOneOf(t: Tables, { relation }: EdgeSplitter) {
  const ofType = pointsAtType(t);
  return relation === undefined
    ? and(ofType, lte(t.links.rank, 0))
    : and(ofType, lte(t.links.rank, 1), eq(t.links.relation, sql.placeholder('relation')));
}

/** What a statement over such edges depends on. */
export function edgesShape({ relation }: EdgeSplitter): string {
  return relation === undefined ? 'any edge' : 'one edge';
}

/** Values of the placeholders of `isOneOf` and `pointsAtType`. */
export function edgeValues({ relation, to }: EdgeSplitter): Values {
  const { lowest, beyond } = idRange(to);
  return { lowestId: lowest, beyondIds: beyond, ...(relation !== undefined && { relation }) };
}
