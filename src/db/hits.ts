import { asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Term } from '../shared/words.js';
import { holds, valuesAt, whenOf } from './conditions.js';
import { isSqlite, type SearchExpression } from './search.js';
import type { Reader, Values } from './store.js';
import type { Tables } from './tables/index.js';

export interface Hits {
  hits: Hit[];
  /** Whether no more versions fit than were looked at. */
  complete: boolean;
}

export interface Hit {
  revision: number;
  subject: string;
  type: string;
  slug: string;
  doc: string;
}

/**
 * What comes first. `relevance` is each engine's own: BM25 in FTS5, `ts_rank` in PostgreSQL, with labels before names
 * before prose. `place` looks only at where the words stand, in the same order. `brief`: short labels. `date`: the latest.
 */
export type HitOrder = { by: 'relevance' | 'brief' | 'date' } | { by: 'place'; words: readonly Term[] };

export interface HitQuery {
  expression: SearchExpression;
  /** How many of the newest matching versions are looked at. */
  cap: number;
  limit: number;
  order: HitOrder;
  asOf: number | undefined;
}

/** The first of the newest versions that fit and hold then; ties go to the newer. Documents are read of these alone. */
export async function readHits(reader: Reader, query: HitQuery): Promise<Hits> {
  const { expression, cap, limit, order, asOf } = query;
  const when = whenOf(asOf);
  const words = order.by === 'place' ? wordValues(order.words) : {};
  const names = Object.keys(words);
  const rows = await reader.all(
    `hits ${order.by} ${names.length} ${when}`,
    (db, t) => {
      const { revision, subject, dateFrom, dateTo } = t.searchTexts;
      const [first, second] = {
        relevance: [sql`hits.score`, sql`0`],
        place: [placeScore(t, names), sql`0`],
        brief: [sql`length(${t.searchTexts.label})`, sql`0`],
        date: [sql`-${dateFrom}`, sql`-${dateTo}`],
      }[order.by] as [SQL, SQL];
      const best = db
        .select({
          revision,
          subject,
          first: first.as('first'),
          second: second.as('second'),
          seen: sql<number>`hits.seen`.mapWith(Number).as('seen'),
        })
        .from(counted(newestMatches(t, order.by === 'relevance')))
        .innerJoin(t.searchTexts, eq(revision, sql`hits.revision`))
        .where(holds(when, t.searchTexts))
        .orderBy(sql`3`, sql`4`, desc(revision))
        .limit(sql.placeholder('limit'))
        .as('best');
      const { type, slug, doc } = t.revisions;
      return db
        .select({
          revision: best.revision,
          subject: best.subject,
          type,
          slug,
          doc: sql<string>`${doc}`,
          seen: best.seen,
        })
        .from(best)
        .innerJoin(t.revisions, eq(t.revisions.revision, best.revision))
        .orderBy(asc(best.first), asc(best.second), desc(best.revision));
    },
    { ...expressionValues(expression), ...words, cap: cap + 1, limit, ...valuesAt(asOf) },
  );
  // Where nothing holds then, nothing says how many fit.
  const seen = rows[0] === undefined ? await countMatches(reader, expression, cap + 1) : Number(rows[0].seen);
  return { hits: rows.map(({ seen: _, ...hit }) => hit), complete: seen <= cap };
}

/** Matches beside their number. */
function counted(matches: SQL): SQL {
  return sql`(with matches as materialized (${matches}) select matches.*, (select count(*) from matches) as seen from matches) as hits`;
}

function newestMatches(t: Tables, isScored: boolean): SQL {
  const [fts5, tsquery, cap] = ['fts5', 'tsquery', 'cap'].map((name) => sql.placeholder(name));
  if (isSqlite(t.searchTexts.revision)) {
    const score = isScored ? sql`, bm25(search, 10.0, 5.0, 1.0, 0.2) as score` : sql``;
    return sql`select rowid as revision${score} from search where search match ${fts5} order by rowid desc limit ${cap}`;
  }
  const score = isScored
    ? sql`, -ts_rank('{0.02, 0.1, 0.5, 1.0}', vector, to_tsquery('simple', ${tsquery})) as score`
    : sql``;
  return sql`select ${t.searchTexts.revision} as revision${score} from ${t.searchTexts} where vector @@ to_tsquery('simple', ${tsquery}) order by revision desc limit ${cap}`;
}

/** Numbers of words that statements are made for. */
const WORDS = [1, 2, 4, 8, 12];

/** Each word as it stands between others, for as many placeholders as a statement has; no text holds the rest. */
function wordValues(words: readonly Term[]): Values {
  const size = WORDS.find((each) => each >= words.length) ?? words.length;
  const texts = words.map(({ tokens, prefix }) => ` ${tokens.join(' ')}${prefix ? '' : ' '}`);
  return Object.fromEntries(Array.from({ length: size }, (_, index) => [`word${index}`, texts[index] ?? '\n']));
}

/** The less, the better: each word counts by the best place it stands in. Texts to search have single spaces. */
function placeScore({ searchTexts: { label, names: others } }: Tables, names: readonly string[]): SQL {
  const stands = isSqlite(label)
    ? (text: typeof label, name: string) => sql`instr(' ' || ${text} || ' ', ${sql.placeholder(name)}) > 0`
    : (text: typeof label, name: string) => sql`strpos(' ' || ${text} || ' ', ${sql.placeholder(name)}) > 0`;
  const scores = names.map(
    (name) => sql`case when ${stands(label, name)} then -10 when ${stands(others, name)} then -5 else 0 end`,
  );
  return sql.join(scores, sql` + `);
}

/** How many versions fit, counted no further than `cap`. */
export async function countMatches(
  reader: Reader,
  { fts5, tsquery }: Pick<SearchExpression, 'fts5' | 'tsquery'>,
  cap: number,
): Promise<number> {
  const row = await reader.get(
    'count matches',
    (db, t) =>
      db.select({ count: sql<number>`count(*)`.mapWith(Number) }).from(sql`(${newestMatches(t, false)}) as hits`),
    { fts5, tsquery, cap },
  );
  return row?.count ?? 0;
}

/** Whether no more than `most` versions have any of the words: those that SQLite has to count to rank by relevance. */
export async function isWeighable(reader: Reader, { anyFts5, tsquery }: SearchExpression, most: number) {
  if (reader.engine === 'postgres') return true;
  return (await countMatches(reader, { fts5: anyFts5, tsquery }, most + 1)) <= most;
}

/** The oldest of the newest so many versions that fit; undefined when fewer do. SQLite reads these in no time. */
export async function oldestOfNewest(
  reader: Reader,
  expression: SearchExpression,
  many: number,
): Promise<number | undefined> {
  const row = await reader.get(
    'oldest of the newest matches',
    (db, t) => {
      const [count, oldest] = [sql<number>`count(*)`.mapWith(Number), sql<number>`min(hits.revision)`.mapWith(Number)];
      return db.select({ count, oldest }).from(sql`(${newestMatches(t, false)}) as hits`);
    },
    { ...expressionValues(expression), cap: many },
  );
  return row === undefined || row.count < many ? undefined : row.oldest;
}

function expressionValues({ fts5, tsquery }: SearchExpression): Values {
  return { fts5, tsquery };
}
