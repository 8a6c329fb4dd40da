import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Term } from '../shared/words.js';
import { holds, valuesAt, type When, whenOf } from './conditions.js';
import { readHead } from './head.js';
import { isSqlite, type SearchExpression } from './search.js';
import type { Reader, Values } from './store.js';
import type { Tables } from './tables/index.js';

export interface Hits {
  hits: Hit[];
  /** Whether all that fit were ranked. */
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
 * before prose. `place` looks only at where the words stand, in the same order. `date`: the latest.
 */
export type HitOrder = { by: 'relevance' | 'date' } | { by: 'place'; words: readonly Term[] };

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
  const rows = await readRanked(reader, query);
  // Where nothing holds then, nothing says how many fit.
  const { expression, cap, asOf } = query;
  const seen = rows[0]?.seen ?? (await newestOf(reader, expression, cap + 1, asOf)).count;
  return { hits: rows.map(({ seen: _, ...hit }) => hit), complete: Number(seen) <= cap };
}

/** The same with the shortest labels first. */
export function readBriefest(reader: Reader, query: Omit<HitQuery, 'order'>): Promise<Hit[]> {
  return readRanked(reader, { ...query, order: { by: 'brief' } });
}

type RankedQuery = Omit<HitQuery, 'order'> & { order: HitOrder | { by: 'brief' } };

async function readRanked(reader: Reader, query: RankedQuery): Promise<(Hit & { seen: number })[]> {
  const { expression, cap, limit, order, asOf } = query;
  const when = whenOf(asOf);
  const words = order.by === 'place' ? wordValues(order.words) : {};
  const names = Object.keys(words);
  return reader.all(
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
        .from(counted(newestMatches(t, when, order.by === 'relevance')))
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
}

/** Matches beside their number. */
function counted(matches: SQL): SQL {
  return sql`(with matches as materialized (${matches}) select matches.*, (select count(*) from matches) as seen from matches) as hits`;
}

/** The newest versions that fit, of all or of those that there were then. */
function newestMatches(t: Tables, when: When, isScored = false): SQL {
  const { from, key, fits, score } = matching(t);
  const scored = isScored ? sql`, ${score} as score` : sql``;
  const where = and(fits, isThere(key, when));
  return sql`select ${key} as revision${scored} from ${from} where ${where} order by ${key} desc limit ${sql.placeholder('cap')}`;
}

/** Where each engine looks for what fits, the key of a version there, and how well it does: the less, the better. */
function matching({ searchTexts }: Tables): Record<'from' | 'key' | 'fits' | 'score', SQL> {
  if (isSqlite(searchTexts.revision)) {
    const fits = sql`search match ${sql.placeholder('fts5')}`;
    return { from: sql`search`, key: sql`search.rowid`, fits, score: sql`bm25(search, 10.0, 5.0, 1.0, 0.2)` };
  }
  const query = sql`to_tsquery('simple', ${sql.placeholder('tsquery')})`;
  const score = sql`-ts_rank('{0.02, 0.1, 0.5, 1.0}', vector, ${query})`;
  return { from: sql`${searchTexts}`, key: sql`${searchTexts.revision}`, fits: sql`vector @@ ${query}`, score };
}

/** That a version was made by then. */
function isThere(revision: SQL, when: When): SQL | undefined {
  return when === 'now' ? undefined : sql`${revision} <= ${sql.placeholder('asOf')}`;
}

/** The newest of the versions that fit and hold then. Only so many are gone through as it takes to find them. */
export async function readNewestHits(
  reader: Reader,
  { expression, limit, asOf }: Pick<HitQuery, 'expression' | 'limit' | 'asOf'>,
): Promise<Hit[]> {
  const when = whenOf(asOf);
  return reader.all(
    `newest hits ${when}`,
    (db, t) => {
      const { revision, subject } = t.searchTexts;
      const { type, slug, doc } = t.revisions;
      const rows = db.select({ revision, subject, type, slug, doc: sql<string>`${doc}` });
      const { from, key, fits } = matching(t);
      // A cross join is SQLite's way to say what is gone through and what is looked up.
      const found = isSqlite(revision) ? rows.from(from).crossJoin(t.searchTexts) : rows.from(t.searchTexts);
      return (found as ReturnType<typeof rows.from<Tables['searchTexts']>>)
        .crossJoin(t.revisions)
        .where(
          and(fits, isThere(key, when), eq(revision, key), eq(t.revisions.revision, key), holds(when, t.searchTexts)),
        )
        .orderBy(desc(key))
        .limit(sql.placeholder('limit'));
    },
    { ...expressionValues(expression), limit, ...valuesAt(asOf) },
  );
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

/** How many the newest so many versions that fit are, and the oldest of them. SQLite reads these in no time. */
async function newestOf(reader: Reader, expression: SearchExpression, many: number, asOf?: number) {
  const when = whenOf(asOf);
  const row = await reader.get(
    `newest matches ${when}`,
    (db, t) => {
      const [count, oldest] = [sql<number>`count(*)`.mapWith(Number), sql<number>`min(hits.revision)`.mapWith(Number)];
      return db.select({ count, oldest }).from(sql`(${newestMatches(t, when)}) as hits`);
    },
    { ...expressionValues(expression), cap: many, ...valuesAt(asOf) },
  );
  return row ?? { count: 0, oldest: 0 };
}

/** How many versions fit and what share of all that is, as far as the newest so many tell; exact when fewer fit. */
export async function estimateMatches(
  reader: Reader,
  expression: SearchExpression,
  sample: number,
): Promise<{ number: number; share: number }> {
  const { count, oldest } = await newestOf(reader, expression, sample);
  const { revision } = await readHead(reader);
  const share = count < sample ? count / Math.max(revision, 1) : count / (revision - oldest + 1);
  return { number: Math.round(share * revision), share };
}

const WEIGHED_SAMPLE = 300;

/**
 * Whether about no more than so many versions have any of the words: those that SQLite has to count to rank by
 * relevance.
 */
export async function isWeighable(
  reader: Reader,
  { anyFts5, tsquery }: SearchExpression,
  most: number,
): Promise<boolean> {
  if (reader.engine === 'postgres') return true;
  const any = { fts5: anyFts5, tsquery, anyFts5 };
  return (await estimateMatches(reader, any, WEIGHED_SAMPLE)).number <= most;
}

function expressionValues({ fts5, tsquery }: SearchExpression): Values {
  return { fts5, tsquery };
}
