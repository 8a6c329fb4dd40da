import {
  and,
  asc,
  type Column,
  count,
  desc,
  eq,
  lte,
  type Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import { after, hasEdge, holds, isIn, valuesAt, type When, whenOf } from '../db/conditions.js';
import type { Db, Preparable, Reader, Values } from '../db/store.js';
import type { RecordTable, Tables } from '../db/tables/index.js';
import type { Cell } from './cells.js';
import type { RecordKind } from './kind.js';

/** One predicate of a list. Statements are kept by shape, so `build` may depend on nothing but `shape`. */
export interface Condition {
  shape: string;
  values: readonly (string | number)[];
  /** Set when the condition is that the record has this one tag; the list may then walk the tag's index. */
  tag?: string | undefined;
  /** The roll-up cell that counts the present records it holds for, where there is one. */
  cell?: Cell | undefined;
  /** Set when it is about columns of `revisions`; a tally joins them only then, as it costs several times the rest. */
  isOfRevision?: true;
  build(t: Tables, record: RecordTable, when: When, placeholders: Placeholder[]): SQL | undefined;
}

/** Edges to one record: as a predicate, or as the index that the list walks. */
export interface EdgeTo {
  target: string;
  relation: string | undefined;
  roles: readonly string[];
}

export interface ListQuery {
  kind: RecordKind;
  /** Undefined for the present. */
  asOf: number | undefined;
  conditions: readonly Condition[];
  /** Edges that must exist; with one of them and the date sort, the list walks that edge's index (see `walkOf`). */
  edges: readonly EdgeTo[];
  sort: 'date' | 'label' | 'created' | 'updated';
  direction: 'asc' | 'desc';
}

export interface Page {
  docs: string[];
  /** Sort values of the last record when there are more. */
  next: (string | number)[] | undefined;
}

const SORT_COLUMNS = {
  date: ['dateFrom', 'dateTo', 'entity'],
  label: ['label', 'entity'],
  created: ['created', 'entity'],
  updated: ['revision', 'entity'],
} as const;

/** One page of documents, in one query. `position` holds the sort values of the record it begins after. */
export async function readPage(
  reader: Reader,
  query: ListQuery,
  limit: number,
  position?: readonly (string | number)[],
): Promise<Page> {
  const rows = await reader.all(
    `page ${pageShape(query, position)}`,
    (db, t) => {
      const { from, where, sortTable } = planOf(db, t, query);
      const { columns, keyset, orderBy } = sorting(query, sortTable, position);
      return from({
        doc: t.revisions.doc,
        ...Object.fromEntries(columns.map((column, index) => [`k${index}`, column])),
      })
        .where(and(where, keyset))
        .orderBy(...orderBy(columns))
        .limit(sql.placeholder('limit')) as unknown as Preparable<PageRow>;
    },
    { ...valuesOf(query), ...keyValues(position), limit: limit + 1 },
  );
  return pageOf(query, rows, limit);
}

/** A document with its sort values. */
export interface PageRow {
  doc: string;
  [key: `k${number}`]: string | number;
}

/** What a statement that reads a page depends on. */
export function pageShape(query: ListQuery, position: readonly unknown[] | undefined): string {
  return `${shapeOf(query)} ${query.sort} ${query.direction} ${position ? 'after' : ''}`;
}

/** The sort columns of a list in its tables, what comes after a position in them, and how they or their like are sorted by. */
export function sorting(
  { sort, direction }: ListQuery,
  sortTable: Readonly<Record<(typeof SORT_COLUMNS)[keyof typeof SORT_COLUMNS][number], Column>>,
  position: readonly unknown[] | undefined,
) {
  const columns = SORT_COLUMNS[sort].map((name) => sortTable[name]);
  const names = columns.map((_, index) => `k${index}`);
  const orderBy = (sorted: readonly SQLWrapper[]) =>
    sorted.map((each) => (direction === 'asc' ? asc(each) : desc(each)));
  return { columns, keyset: position && after(columns, names, direction), orderBy };
}

/** A page of rows in their order, of which there is one more than wanted when the list goes on. */
export function pageOf({ sort }: ListQuery, rows: readonly PageRow[], limit: number): Page {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    docs: shown.map((row) => row.doc),
    next: last && SORT_COLUMNS[sort].map((_, index) => last[`k${index}`] as string | number),
  };
}

/** How many records fit; counts no further than `cap`, when given. */
export async function countRecords(reader: Reader, query: ListQuery, cap?: number): Promise<number> {
  const row = await reader.get(
    `count ${shapeOf(query)} ${cap === undefined ? '' : 'capped'}`,
    (db, t) => {
      const { from, where, columns } = planOf(db, t, query, false);
      const some = from({ revision: columns.revision }).where(where);
      const counted = cap === undefined ? some.as('counted') : some.limit(sql.placeholder('cap')).as('counted');
      return db.select({ count: count() }).from(counted);
    },
    cap === undefined ? valuesOf(query) : { ...valuesOf(query), cap },
  );
  return row?.count ?? 0;
}

/** Values of the placeholders of a position. */
export function keyValues(position: readonly (string | number)[] | undefined): Values {
  return Object.fromEntries((position ?? []).map((value, index) => [`k${index}`, value]));
}

/** What a list goes through in order: an edge's index, a tag's, or the records themselves. */
type Walk = { table: 'links' } | { table: 'tags'; condition: number } | { table: 'record' };

function walkOf({ sort, edges, conditions }: ListQuery): Walk {
  if (sort !== 'date') return { table: 'record' };
  if (edges.length > 0) return { table: 'links' };
  const condition = conditions.findIndex(({ tag }) => tag !== undefined);
  return condition === -1 ? { table: 'record' } : { table: 'tags', condition };
}

/** What the statement of a list depends on, beside what is read of it. */
export function shapeOf(query: ListQuery): string {
  return [
    query.kind.collection,
    whenOf(query.asOf),
    `by ${walkOf(query).table}`,
    ...query.edges.map((edge) => `${edge.relation === undefined ? 'any' : 'one'}/${edge.roles.length}`),
    ...query.conditions.map((condition) => `${condition.shape}#${condition.values.length}`),
  ].join(' ');
}

/**
 * The tables, the predicate, the sort columns and the columns of the records of a list; depends on nothing but its
 * shape. Without documents, revisions are joined only if a condition is about them.
 */
export function planOf(db: Db, t: Tables, query: ListQuery, withDocuments = true) {
  const when = whenOf(query.asOf);
  const record = t[query.kind.collection] as Tables['events'];
  const walk = walkOf(query);
  const walked = walk.table === 'record' ? undefined : t[walk.table];
  const columns = walked === undefined ? record : carried(walked, record, query.kind);
  const base = walked === undefined ? holds(when, record) : and(isOfType(walked), holds(when, walked));
  const edges = query.edges.map((edge, index) =>
    walk.table === 'links' && index === 0 ? drivingEdge(t, edge) : hasEdge(t, record, edgeIs(t, edge, index)),
  );
  const conditions = query.conditions.map((condition, index) => {
    const placeholders = placeholdersOf(condition, index);
    const drives = walk.table === 'tags' && walk.condition === index;
    return drives ? isIn(t.tags.tag, placeholders) : condition.build(t, columns, when, placeholders);
  });
  const from = (selected: Record<string, unknown>) => {
    const selection = selected as Record<string, typeof t.revisions.doc>;
    const onDocument = eq(t.revisions.revision, record.revision);
    const fromRecord = () => db.select(selection).from(record).innerJoin(t.revisions, onDocument);
    const joinsRevisions = withDocuments || query.conditions.some(({ isOfRevision }) => isOfRevision);
    if (walked === undefined)
      return joinsRevisions
        ? fromRecord()
        : (db.select(selection).from(record) as unknown as ReturnType<typeof fromRecord>);
    const fromWalked = db
      .select(selection)
      .from(walked as Tables['links'])
      .innerJoin(record, eq(record.revision, walked.revision));
    const rows = joinsRevisions ? fromWalked.innerJoin(t.revisions, onDocument) : fromWalked;
    return rows as unknown as ReturnType<typeof fromRecord>;
  };
  const sortTable = walked === undefined ? record : { ...columns, entity: walked.subject };
  return { from, where: and(base, ...edges, ...conditions), sortTable, columns };
}

/**
 * That one version of a record, whatever the time, has the edges and fits the conditions of a query. Only for conditions
 * that look at nothing but the version.
 */
export function fitsVersion(t: Tables, query: ListQuery): SQL | undefined {
  const record = t[query.kind.collection] as Tables['events'];
  return and(
    ...query.edges.map((edge, index) => hasEdge(t, record, edgeIs(t, edge, index))),
    ...query.conditions.map((condition, index) => condition.build(t, record, 'now', placeholdersOf(condition, index))),
  );
}

function placeholdersOf({ values }: Condition, index: number): Placeholder[] {
  return values.map((_, n) => sql.placeholder(`c${index}x${n}`));
}

/**
 * The record's table with the columns that the walked rows carry along read from them, so that one index serves. The
 * entity stays the record's own, for subqueries that look at links themselves.
 */
function carried(
  walked: Tables['links'] | Tables['tags'],
  record: Tables['events'],
  kind: RecordKind,
): Tables['events'] {
  const { dateFrom, dateTo } = walked;
  const edgeKind = kind.edgeKind && 'kind' in walked ? { [kind.edgeKind]: walked.kind } : {};
  return { ...record, dateFrom, dateTo, ...edgeKind } as unknown as typeof record;
}

function isOfType(walked: Tables['links'] | Tables['tags']): SQL {
  return eq(walked.subjectType, sql.placeholder('type'));
}

/** Values of the placeholders of a list. */
export function valuesOf(query: ListQuery): Values {
  const values: Record<string, string | number> = { ...valuesAt(query.asOf) };
  if (walkOf(query).table !== 'record') values.type = query.kind.type;
  for (const [index, edge] of query.edges.entries()) {
    values[`e${index}`] = edge.target;
    if (edge.relation !== undefined) values[`e${index}relation`] = edge.relation;
    for (const [n, role] of edge.roles.entries()) values[`e${index}role${n}`] = role;
  }
  for (const [index, condition] of query.conditions.entries()) {
    for (const [n, value] of condition.values.entries()) values[`c${index}x${n}`] = value;
  }
  return values;
}

function edgeIs(t: Tables, edge: EdgeTo, index: number): SQL | undefined {
  return and(
    eq(t.links.target, sql.placeholder(`e${index}`)),
    edge.relation === undefined ? undefined : eq(t.links.relation, sql.placeholder(`e${index}relation`)),
    edge.roles.length === 0
      ? undefined
      : isIn(
          t.links.role,
          edge.roles.map((_, n) => sql.placeholder(`e${index}role${n}`)),
        ),
  );
}

/**
 * The edges that the list walks; `rank` keeps a record that has several such edges from being shown twice. With more
 * than one role a record could still come twice, so such an edge does not drive (see `edgeTo` in common.filters).
 */
function drivingEdge(t: Tables, edge: EdgeTo): SQL | undefined {
  const rank = edge.roles.length > 0 ? 2 : edge.relation === undefined ? 0 : 1;
  return and(edgeIs(t, edge, 0), lte(t.links.rank, rank));
}
