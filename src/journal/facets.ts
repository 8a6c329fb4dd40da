import { and, asc, count, countDistinct, desc, eq, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { unindexed } from '../db/columns.js';
import { columnOf, countOfRows, hasRoleToo, isIn } from '../db/conditions.js';
import type { Db, Preparable, Reader, Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { NO_EARLIEST, yearOfDay } from '../shared/edtf.js';
import { type ListQuery, planOf, shapeOf, valuesOf } from './list.js';
import { type EdgeSplitter, edgesShape, edgeValues, fittingRecords, isOneOf, pointsAtType } from './tally.js';

/** How many records of a list have each of some values, the most frequent first, then by value. */
export interface Counts {
  values: { value: string; count: number }[];
  /** How many values there are in all. */
  distinct: number;
  /** Records without a value. */
  missing: number;
}

/** By a column, which each record has one value in or none. */
export function countsByColumn(reader: Reader, query: ListQuery, column: string, limit: number): Promise<Counts> {
  return countsOf(reader, `${column} of ${shapeOf(query)}`, valuesOf(query), limit, (db, t) => {
    const { from, where } = planOf(db, t, query, false);
    const value = columnOf(t[query.kind.collection], column);
    return from({ value, count: count().as('records') })
      .where(where)
      .groupBy(value)
      .as('groups') as unknown as Groups;
  });
}

/** By tag. */
export function countsByTag(reader: Reader, query: ListQuery, limit: number): Promise<Counts> {
  return countsOf(reader, `tag of ${shapeOf(query)}`, valuesOf(query), limit, (db, t) => {
    const fitting = fittingRecords(db, t, query);
    return db
      .select({ value: t.tags.tag, count: count().as('records') })
      .from(fitting)
      .leftJoin(t.tags, eq(t.tags.revision, unindexed(fitting.revision)))
      .groupBy(t.tags.tag)
      .as('groups') as unknown as Groups;
  });
}

/** Edges by which records are told apart, and the roles that they must have: one of each list. */
export interface RoleSplitter extends EdgeSplitter {
  roles: readonly (readonly string[])[];
}

/** By the records at the other end of edges; a record counts once under each that it points at. */
export function countsByTarget(
  reader: Reader,
  query: ListQuery,
  splitter: RoleSplitter,
  limit: number,
): Promise<Counts> {
  const { roles } = splitter;
  const shape = `${edgesShape(splitter)} ${roles.map((list) => list.length)} of ${shapeOf(query)}`;
  const values = { ...valuesOf(query), ...edgeValues(splitter), ...roleValues(roles) };
  return countsOf(reader, shape, values, limit, (db, t) => {
    const fitting = fittingRecords(db, t, query);
    const ofEdge = roles.length === 0 ? isOneOf(t, splitter) : isInRoles(t, splitter);
    // In one of several roles a record may point at a target more than once; otherwise `links.rank` leaves one edge.
    const records = (roles[0]?.length ?? 0) > 1 ? countDistinct(fitting.revision) : count();
    return db
      .select({ value: t.links.target, count: records.as('records') })
      .from(fitting)
      .leftJoin(t.links, and(eq(t.links.revision, unindexed(fitting.revision)), ofEdge))
      .groupBy(unindexed(t.links.target))
      .as('groups') as unknown as Groups;
  });
}

const roleName = (list: number, index: number) => `role${list}x${index}`;

function roleValues(roles: RoleSplitter['roles']): Values {
  return Object.fromEntries(
    roles.flatMap((list, nth) => list.map((role, index) => [roleName(nth, index), role] as const)),
  );
}

/** Edges that have a role of the first list, beside edges to the same record with a role of each other. */
function isInRoles(t: Tables, { roles, relation }: RoleSplitter): SQL | undefined {
  const [first = [], ...others] = roles.map((list, nth) =>
    list.map((_, index) => sql.placeholder(roleName(nth, index))),
  );
  const ofRelation = relation === undefined ? undefined : sql.placeholder('relation');
  return and(
    pointsAtType(t),
    ofRelation && eq(t.links.relation, ofRelation),
    isIn(t.links.role, first),
    first.length === 1 ? lte(t.links.rank, 2) : undefined,
    ...others.map((list) => hasRoleToo(t, list, ofRelation)),
  );
}

/** By the year, as EDTF writes it, of the first day that a record's date may begin on; none without such a day. */
export async function countsByYear(reader: Reader, query: ListQuery, limit: number): Promise<Counts> {
  const rows = await reader.all(
    `facet year of ${shapeOf(query)}`,
    (db, t) => {
      const { from, where, sortTable } = planOf(db, t, query, false);
      const { dateFrom } = sortTable;
      return from({ dateFrom, count: count() }).where(where).groupBy(dateFrom) as unknown as Preparable<{
        dateFrom: number;
        count: number;
      }>;
    },
    valuesOf(query),
  );
  const years = new Map<string, number>();
  let missing = 0;
  for (const { dateFrom, count: records } of rows) {
    const year = dateFrom === NO_EARLIEST ? undefined : yearOfDay(dateFrom);
    if (year === undefined) missing += records;
    else years.set(year, (years.get(year) ?? 0) + records);
  }
  const values = [...years].map(([value, records]) => ({ value, count: records }));
  values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
  return { values: values.slice(0, limit), distinct: values.length, missing };
}

type Groups = ReturnType<typeof typed>;

/** Never run: it gives the type of records grouped by a value, null for those without one. */
function typed(db: Db, t: Tables) {
  return db
    .select({ value: t.events.country, count: count().as('records') })
    .from(t.events)
    .as('groups');
}

/** The greatest groups, after that of no value, in one statement. */
async function countsOf(
  reader: Reader,
  shape: string,
  values: Values,
  limit: number,
  grouped: (db: Db, t: Tables) => Groups,
): Promise<Counts> {
  const rows = await reader.all(
    `facet ${shape}`,
    (db, t) => {
      const groups = grouped(db, t);
      return db
        .select({ value: groups.value, count: groups.count, groups: countOfRows().as('groups') })
        .from(groups)
        .orderBy(desc(isNull(groups.value)), desc(groups.count), asc(groups.value))
        .limit(sql.placeholder('limit'));
    },
    { ...values, limit: limit + 1 },
  );
  return countsFrom(rows, limit);
}

/** Reads groups in that order: the one of no value, where there is one, comes first. */
export function countsFrom(
  rows: readonly { value: string | null; count: number; groups: number }[],
  limit: number,
): Counts {
  const none = rows.find(({ value }) => value === null || value === '');
  const values = rows.flatMap(({ value, count: records }) => (value ? [{ value, count: records }] : []));
  return {
    values: values.slice(0, limit),
    distinct: (rows[0]?.groups ?? 0) - (none === undefined ? 0 : 1),
    missing: none?.count ?? 0,
  };
}
