import { type Column, is, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Term } from '../shared/words.js';
import type { Tables } from './tables/index.js';

/** What one part of a search asks for: words of the record itself, or one of some words in `refs`. */
export interface Clause {
  /** The term, and other forms of it that do as well. */
  forms: readonly Term[];
  /** Words of `refs` that do as well. */
  refs: readonly string[];
}

/** Which of the record's own words a search looks at: all of them, those it goes by, or those of its label alone. */
export type Scope = 'all' | 'names' | 'label';

/**
 * A search in the language of each engine. Both are made of words only, each quoted: nothing that somebody typed is
 * ever read as syntax.
 */
export interface SearchExpression {
  /** For `match` of FTS5 (SQLite documentation, FTS5 section 3). */
  fts5: string;
  /** For `to_tsquery` (PostgreSQL manual, section 12.3.2). */
  tsquery: string;
  /** For `match`: what has any of the words that are sought, those of `among` too. */
  anyFts5: string;
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

/** The scope is that of the words that are sought; those of none are looked for everywhere. */
export function expressionOf({ all, none, among }: Seeking, scope: Scope): SearchExpression {
  const limits = among.length === 0 ? [] : [among];
  const fts5 = [...all.map((clause) => fts5Clause(clause, scope)), ...limits.map(fts5Refs)].join(' AND ');
  const tsquery = [...all.map((clause) => tsqueryClause(clause, scope)), ...limits.map(tsqueryRefs)].join(' & ');
  const anyFts5 = [...all.map((clause) => fts5Clause(clause, scope)), ...limits.map(fts5Refs)].join(' OR ');
  if (none.length === 0) return { fts5, tsquery, anyFts5 };
  return {
    anyFts5,
    fts5: `(${fts5}) NOT (${none.map((clause) => fts5Clause(clause, 'all')).join(' OR ')})`,
    tsquery: `${tsquery} & !(${none.map((clause) => tsqueryClause(clause, 'all')).join(' | ')})`,
  };
}

const FTS5_COLUMNS: Readonly<Record<Scope, string>> = {
  all: '{label names body}',
  names: '{label names}',
  label: '{label}',
};
const TS_WEIGHTS: Readonly<Record<Scope, string>> = { all: 'ABC', names: 'AB', label: 'A' };

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

export const isSqlite = (column: Column): boolean => is(column, SQLiteColumn);

/** That a version of a record fits; the placeholders hold the expression for each engine, and one of them is used. */
export function isFound(t: Tables, record: { revision: Column }, fts5: Placeholder, tsquery: Placeholder): SQL {
  if (isSqlite(record.revision))
    return sql`${record.revision} in (select rowid from search where search match ${fts5})`;
  return sql`${record.revision} in (select ${t.searchTexts.revision} from ${t.searchTexts} where vector @@ to_tsquery('simple', ${tsquery}))`;
}

/**
 * The same asked of each record that an index is walked through in order, which is quick where most records fit.
 * PostgreSQL plans by the words and needs no telling.
 */
export function isFoundInTurn(t: Tables, record: { revision: Column }, fts5: Placeholder, tsquery: Placeholder): SQL {
  if (!isSqlite(record.revision)) return isFound(t, record, fts5, tsquery);
  return sql`exists (select 1 from search where search match ${fts5} and rowid = ${record.revision})`;
}

/** The search narrowed to versions that have one of some words in `refs`. */
export function narrowedTo({ fts5, tsquery, anyFts5 }: SearchExpression, words: readonly string[]): SearchExpression {
  return { fts5: `${fts5Refs(words)} AND (${fts5})`, tsquery: `${tsqueryRefs(words)} & (${tsquery})`, anyFts5 };
}

/** That nothing fits: of a search without a word. */
export const nothing = sql`1 = 0`;
