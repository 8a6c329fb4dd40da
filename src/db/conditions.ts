import { and, type Column, eq, is, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { unindexed } from './columns.js';
import type { Tables } from './tables/index.js';

/** Where an answer stands in time: the present, or a past revision given by the placeholder `asOf`. */
export type When = 'now' | 'asOf';

/** The present when there is no revision. */
export function whenOf(asOf: number | undefined): When {
  return asOf === undefined ? 'now' : 'asOf';
}

/** The value of the placeholder `asOf`, where there is one. */
export function valuesAt(asOf: number | undefined): { asOf?: number } {
  return asOf === undefined ? {} : { asOf };
}

/** A column of texts that only some resources have, by its name. Raises when there is none. */
export function columnOf(columns: object, name: string): Tables['events']['kind'] {
  const column = (columns as Record<string, Tables['events']['kind'] | undefined>)[name];
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

/** Sizes that lists of values are padded to, so that few statement shapes serve them all. */
const PADDED_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 500] as const;
export const MAX_LIST = 500;

/** Repeats the last value until the list has one of the padded sizes. Takes 1 to MAX_LIST values. */
export function padded<T>(values: readonly T[]): T[] {
  const size = PADDED_SIZES.find((candidate) => candidate >= values.length);
  const last = values.at(-1);
  if (size === undefined || last === undefined) throw new RangeError(`cannot pad ${values.length} values`);
  return [...values, ...Array<T>(size - values.length).fill(last)];
}

/**
 * Rows that hold then. At a past revision SQLite's planner is kept off the revision key, so that it walks the index of
 * the sort (decision 0001: 267 ms otherwise, 0.31 ms so).
 */
export function holds(when: When, table: { revision: Column; until: Column }): SQL {
  if (when === 'now') return sql`${table.until} is null`;
  const asOf = sql.placeholder('asOf');
  const [revision, until] = [unindexed(table.revision), unindexed(table.until)];
  return sql`${revision} <= ${asOf} and (${until} is null or ${table.until} > ${asOf})`;
}

/** Row-value keyset: rows after the given position, the only form that stays fast on deep pages. */
export function after(columns: readonly Column[], names: readonly string[], direction: 'asc' | 'desc'): SQL {
  const left = sql.join([...columns], sql`, `);
  const right = sql.join(
    names.map((name) => sql`${sql.placeholder(name)}`),
    sql`, `,
  );
  return direction === 'asc' ? sql`(${left}) > (${right})` : sql`(${left}) < (${right})`;
}

export function isIn(column: Column | SQL, placeholders: readonly Placeholder[]): SQL {
  if (placeholders.length === 1) return sql`${column} = ${placeholders[0]}`;
  return sql`${column} in (${sql.join([...placeholders], sql`, `)})`;
}

/** That the record has an edge; `where` narrows the edges, over the links table itself. */
export function hasEdge(t: Tables, record: { revision: Column }, where: SQL | undefined): SQL {
  return sql`exists (select 1 from ${t.links} where ${t.links.revision} = ${record.revision} and ${where})`;
}

/** That an edge is the given one of a dispute that is open. */
export function isOfOpenDispute({ links }: Tables, relation: 'about' | 'position'): SQL | undefined {
  return and(eq(links.relation, relation), eq(links.subjectType, 'dispute'), eq(links.kind, 'open'));
}

/** That another record points at this one with an edge that holds then. */
export function isPointedAt(t: Tables, when: When, record: { entity: Column }, where: SQL | undefined): SQL {
  return sql`exists (select 1 from ${t.links} where ${t.links.target} = ${record.entity} and ${holds(when, t.links)} and ${where})`;
}

/** That the record cites a source. */
export function citesAny(t: Tables, record: { revision: Column }): SQL {
  return hasEdge(t, record, sql`${t.links.relation} = 'cites'`);
}

/** That the record cites one of the sources that a predicate over their table fits then; looked up for each record. */
export function citesOneOfMany(t: Tables, when: When, record: { revision: Column }, where: SQL | undefined): SQL {
  const isSuch = sql`exists (select 1 from ${t.sources} where ${t.sources.entity} = ${t.links.target} and ${holds(when, t.sources)} and ${where})`;
  return hasEdge(t, record, sql`${t.links.relation} = 'cites' and ${isSuch}`);
}

/** The same where few records cite such sources: all that do are looked up, once. */
export function citesOneOfFew(t: Tables, when: When, record: { revision: Column }, where: SQL | undefined): SQL {
  return sql`${record.revision} in (select ${t.links.revision} ${citingEdges(t, when, where)})`;
}

const FEW_EDGES = 2000;

/** The same whether few or many do, which is found out once: neither way alone is fast for both. */
export function citesOneOf(t: Tables, when: When, record: { revision: Column }, where: SQL | undefined): SQL {
  const some = sql`select 1 as one ${citingEdges(t, when, where)} limit ${sql.raw(String(FEW_EDGES + 1))}`;
  const few = citesOneOfFew(t, when, record, where);
  const many = citesOneOfMany(t, when, record, where);
  return sql`(case when (select count(*) from (${some}) as edges) <= ${sql.raw(String(FEW_EDGES))} then ${few} else ${many} end)`;
}

function citingEdges(t: Tables, when: When, where: SQL | undefined): SQL {
  return sql`from ${t.sources} join ${t.links} on ${t.links.target} = ${t.sources.entity} where ${where} and ${holds(when, t.sources)} and ${t.links.relation} = 'cites' and ${holds(when, t.links)}`;
}

export function hasTag(t: Tables, record: { revision: Column }, tags: readonly Placeholder[]): SQL {
  return sql`exists (select 1 from ${t.tags} where ${t.tags.revision} = ${record.revision} and ${isIn(t.tags.tag, tags)})`;
}

export function hasExternalId(t: Tables, record: { revision: Column }, schemes: readonly Placeholder[]): SQL {
  return sql`exists (select 1 from ${t.externalIds} where ${t.externalIds.revision} = ${record.revision} and ${isIn(t.externalIds.scheme, schemes)})`;
}

/**
 * The ids of the given areas and of all that are narrower then. They are read from a table, because PostgreSQL wants
 * the columns of both halves to compare text alike.
 */
export function areaAndNarrower(t: Tables, when: When, areas: readonly Placeholder[]): SQL {
  const seeds = sql`select ${t.entities.id} from ${t.entities} where ${isIn(t.entities.id, areas)}`;
  return sql`(with recursive tree(id) as (${seeds} union select ${t.areas.entity} from ${t.areas} join tree on ${t.areas.broader} = tree.id where ${holds(when, t.areas)}) select id from tree)`;
}

/** That a revision is the last of its record at or before `asOf`. */
export function isLatestAsOf(t: Tables): SQL {
  return sql`${t.revisions.revision} <= ${sql.placeholder('asOf')} and not exists (select 1 from ${t.revisions} as later where later.entity = ${t.revisions.entity} and later.revision > ${t.revisions.revision} and later.revision <= ${sql.placeholder('asOf')})`;
}

/** That the record has another edge to the target of the one looked at, in one of some roles. */
export function hasRoleToo(t: Tables, roles: readonly Placeholder[], relation: Placeholder | undefined): SQL {
  const ofRelation = relation === undefined ? sql`` : sql` and other.relation = ${relation}`;
  return sql`exists (select 1 from ${t.links} as other where other.revision = ${t.links.revision} and other.target = ${t.links.target} and other.role in (${sql.join([...roles], sql`, `)})${ofRelation})`;
}

/** On each row of an answer, how many rows there are before `limit` cuts it. */
export function countOfRows(): SQL<number> {
  return sql<number>`count(*) over ()`.mapWith(Number);
}

/** A column under another name in a subquery, read as what it holds. */
export function named(column: Column, name: string): SQL.Aliased {
  return sql`${column}`.mapWith(column).as(name);
}

/** A text without what it begins and ends with: from the character of one placeholder on, shorter by the other. */
export function withoutAffixes(text: Column, from: string, affixes: string): SQL<string> {
  return sql<string>`substr(${text}, ${sql.placeholder(from)}, length(${text}) - ${sql.placeholder(affixes)})`;
}

/** In an insert that meets a row: what the column holds and what was to be inserted, added up. */
export function plusInserted(column: Column): SQL {
  return sql`${column} + ${sql.identifier('excluded')}.${sql.identifier(column.name)}`;
}

/**
 * The document of an entity's current version, or null when its revision is the placeholder `known`; then the document
 * is not looked up. Nested, because Drizzle takes table names away from the columns of an expression it selects.
 */
export function documentUnlessKnown(t: Tables): SQL<string | null> {
  const { doc, revision } = t.revisions;
  const document = sql`(select ${doc} from ${t.revisions} where ${revision} = ${t.entities.revision})`;
  return sql`${sql`case when ${t.entities.revision} = ${sql.placeholder('known')} then null else ${document} end`}`;
}

/** One where a document holds the placeholder as it stands, else null: for counts. Both engines compare bytes. */
export function oneIfHolding(document: Column, name: string): SQL {
  const find = is(document, SQLiteColumn) ? sql`instr` : sql`strpos`;
  return sql`case when ${find}(${document}, ${sql.placeholder(name)}) > 0 then 1 end`;
}
