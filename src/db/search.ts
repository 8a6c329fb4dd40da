import { asc, type Column, desc, eq, is, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Term } from '../shared/words.js';
import { holds, valuesAt, whenOf } from './conditions.js';
import type { Reader, Values } from './store.js';
import type { Tables } from './tables/index.js';

/** What one part of a search asks for: words of the record itself, or one of some words in `refs`. */
export interface Clause {
  /** The term, and other forms of it that do as well. */
  forms: readonly Term[];
  /** Words of `refs` that do as well. */
  refs: readonly string[];
}

/** Which of the record's own words a search looks at: all of them, or those it goes by. */
export type Scope = 'all' | 'names';

/**
 * A search in the language of each engine. Both are made of words only, each quoted: nothing that somebody typed is
 * ever read as syntax.
 */
export interface SearchExpression {
  /** For `match` of FTS5 (SQLite documentation, FTS5 section 3). */
  fts5: string;
  /** For `to_tsquery` (PostgreSQL manual, section 12.3.2). */
  tsquery: string;
}

/**
 * What is sought: all of some clauses, none of others, among records that have one of some words in `refs`; among all
 * when there are no such words.
 */
export interface Seeking {
  all: readonly Clause[];
  none: readonly Clause[];
  /** At least one where `all` is empty, so that there is something to take `none` from. */
  among: readonly string[];
}

export function expressionOf({ all, none, among }: Seeking, scope: Scope): SearchExpression {
  const limits = among.length === 0 ? [] : [among];
  const fts5 = [...all.map((clause) => fts5Clause(clause, scope)), ...limits.map(fts5Refs)].join(' AND ');
  const tsquery = [...all.map((clause) => tsqueryClause(clause, scope)), ...limits.map(tsqueryRefs)].join(' & ');
  if (none.length === 0) return { fts5, tsquery };
  return {
    fts5: `(${fts5}) NOT (${none.map((clause) => fts5Clause(clause, scope)).join(' OR ')})`,
    tsquery: `${tsquery} & !(${none.map((clause) => tsqueryClause(clause, scope)).join(' | ')})`,
  };
}

const FTS5_COLUMNS: Readonly<Record<Scope, string>> = { all: '{label names body}', names: '{label names}' };
const TS_WEIGHTS: Readonly<Record<Scope, string>> = { all: 'ABC', names: 'AB' };

function fts5Clause({ forms, refs }: Clause, scope: Scope): string {
  const phrases = forms.map(({ tokens, prefix }) => `"${tokens.join(' ')}"${prefix ? ' *' : ''}`);
  const own = `(${FTS5_COLUMNS[scope]} : (${phrases.join(' OR ')}))`;
  return refs.length === 0 ? own : `(${own} OR ${fts5Refs(refs)})`;
}

function fts5Refs(refs: readonly string[]): string {
  return `({refs} : (${refs.map((word) => `"${word}"`).join(' OR ')}))`;
}

function tsqueryClause({ forms, refs }: Clause, scope: Scope): string {
  const own = forms.map((form) => tsqueryPhrase(form, TS_WEIGHTS[scope])).join(' | ');
  return refs.length === 0 ? `(${own})` : `(${own} | ${tsqueryRefs(refs)})`;
}

function tsqueryPhrase({ tokens, prefix }: Term, weights: string): string {
  const last = tokens.length - 1;
  const words = tokens.map((token, index) => `'${token}':${prefix && index === last ? '*' : ''}${weights}`);
  return `(${words.join(' <-> ')})`;
}

function tsqueryRefs(refs: readonly string[]): string {
  return `(${refs.map((word) => `'${word}':D`).join(' | ')})`;
}

const isSqlite = (column: Column): boolean => is(column, SQLiteColumn);

/** That a version of a record fits; the placeholders hold the expression for each engine, and one of them is used. */
export function isFound(t: Tables, record: { revision: Column }, fts5: Placeholder, tsquery: Placeholder): SQL {
  if (isSqlite(record.revision))
    return sql`${record.revision} in (select rowid from search where search match ${fts5})`;
  return sql`${record.revision} in (select ${t.searchTexts.revision} from ${t.searchTexts} where vector @@ to_tsquery('simple', ${tsquery}))`;
}

/** That nothing fits: of a search without a word. */
export const nothing = sql`1 = 0`;

export interface Hit {
  revision: number;
  subject: string;
  type: string;
  slug: string;
  doc: string;
}

export interface HitQuery {
  expression: SearchExpression;
  /** How many of the newest matching versions are ranked. */
  cap: number;
  limit: number;
  order: 'relevance' | 'date';
  asOf: number | undefined;
}

/**
 * The best of the newest versions that fit and hold then; ties go to the newer. Relevance is each engine's own: BM25 in
 * FTS5, `ts_rank` in PostgreSQL, with labels before names before prose.
 */
export function readHits(reader: Reader, { expression, cap, limit, order, asOf }: HitQuery): Promise<Hit[]> {
  const when = whenOf(asOf);
  return reader.all(
    `hits ${order} ${when}`,
    (db, t) => {
      const { revision, type, slug, doc } = t.revisions;
      const { dateFrom, dateTo } = t.searchTexts;
      const first = order === 'relevance' ? [asc(sql`hits.score`)] : [desc(dateFrom), desc(dateTo)];
      return db
        .select({ revision, subject: t.searchTexts.subject, type, slug, doc: sql<string>`${doc}` })
        .from(newestMatches(t))
        .innerJoin(t.searchTexts, eq(t.searchTexts.revision, sql`hits.revision`))
        .innerJoin(t.revisions, eq(revision, t.searchTexts.revision))
        .where(holds(when, t.searchTexts))
        .orderBy(...first, desc(revision))
        .limit(sql.placeholder('limit'));
    },
    { ...expressionValues(expression), cap, limit, ...valuesAt(asOf) },
  );
}

function newestMatches(t: Tables): SQL {
  const [fts5, tsquery, cap] = ['fts5', 'tsquery', 'cap'].map((name) => sql.placeholder(name));
  if (isSqlite(t.searchTexts.revision)) {
    return sql`(select rowid as revision, bm25(search, 10.0, 5.0, 1.0, 0.2) as score from search where search match ${fts5} order by rowid desc limit ${cap}) as hits`;
  }
  return sql`(select ${t.searchTexts.revision} as revision, -ts_rank('{0.02, 0.1, 0.5, 1.0}', vector, to_tsquery('simple', ${tsquery})) as score from ${t.searchTexts} where vector @@ to_tsquery('simple', ${tsquery}) order by revision desc limit ${cap}) as hits`;
}

/** How many versions fit, counted no further than `cap`. */
export async function countMatches(reader: Reader, expression: SearchExpression, cap: number): Promise<number> {
  const row = await reader.get(
    'count matches',
    (db, t) => db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(newestMatches(t)),
    { ...expressionValues(expression), cap },
  );
  return row?.count ?? 0;
}

function expressionValues({ fts5, tsquery }: SearchExpression): Values {
  return { fts5, tsquery };
}
