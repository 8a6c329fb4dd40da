import { and, eq, gte, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { padded } from '../../db/conditions.js';
import type { Reader, Values } from '../../db/store.js';
import type { Tables } from '../../db/tables/index.js';
import { inBatches, listValues } from '../../journal/references.js';

/** A look for events: of an actor and a kind, that begin from `first` to `last` and do not end before `ends`; days. */
export interface Ask {
  actor: string;
  kind: string;
  first: number;
  last: number;
  ends: number;
}

/** So many looks are one statement. */
const ASKS_AT_ONCE = 32;

/** The ids of the events that each look finds, in order. Reads only what it finds, by one index range for each look. */
export async function subjectsNear(reader: Reader, asks: readonly Ask[]): Promise<string[][]> {
  const found = new Map<string, Set<string>>();
  for (let start = 0; start < asks.length; start += ASKS_AT_ONCE) {
    const some = padded(asks.slice(start, start + ASKS_AT_ONCE));
    const rows = await reader.all(
      `events near ${some.length}`,
      (db, t) => {
        const { target, kind, subject } = t.links;
        return db
          .selectDistinct({ target, kind, subject })
          .from(t.links)
          .where(or(...some.map((_, index) => isNear(t, index))));
      },
      Object.assign({}, ...some.map(valuesOf)) as Values,
    );
    for (const { target, kind, subject } of rows) {
      const key = `${target} ${kind}`;
      found.set(key, (found.get(key) ?? new Set()).add(subject));
    }
  }
  return asks.map(({ actor, kind }) => [...(found.get(`${actor} ${kind}`) ?? [])].sort());
}

/** Each look says all that the index needs: SQLite takes it for one alternative only if it does. */
function isNear({ links }: Tables, index: number): SQL | undefined {
  const value = (name: string) => sql.placeholder(`${name}${index}`);
  return and(
    isNull(links.until),
    eq(links.target, value('actor')),
    eq(links.subjectType, 'event'),
    eq(links.kind, value('kind')),
    gte(links.dateFrom, value('first')),
    lte(links.dateFrom, value('last')),
    gte(links.dateTo, value('ends')),
    eq(links.relation, 'participant'),
  );
}

function valuesOf({ actor, kind, first, last, ends }: Ask, index: number): Values {
  const values = { actor, kind, first, last, ends };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}${index}`, value]));
}

/** Gives a choice of the actor with the fewest events among some. One query for 500 actors. */
export async function leastBusy(
  reader: Reader,
  actors: readonly string[],
): Promise<(among: readonly string[]) => string> {
  const rows = await inBatches([...new Set(actors)], (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `events of actors ${names.length}`,
      (db, { rollups: { type, dimension, value, count }, rollups }) =>
        db
          .select({ value, count })
          .from(rollups)
          .where(
            and(
              eq(type, 'event'),
              eq(dimension, 'actor'),
              inArray(
                value,
                names.map((name) => sql.placeholder(name)),
              ),
            ),
          ),
      values,
    );
  });
  const counts = new Map(rows.map(({ value, count }) => [value, count]));
  const countOf = (actor: string) => counts.get(actor) ?? 0;
  return (among) => [...among].sort((a, b) => countOf(a) - countOf(b) || (a < b ? -1 : 1))[0] ?? '';
}
