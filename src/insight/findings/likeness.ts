import { and, desc, eq, gt, gte, isNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Reader, Values } from '../../db/store.js';
import type { Tables } from '../../db/tables/index.js';
import type { Alike } from '../../resources/events/likeness.js';

/** An event to be compared, or several of the same likeness, of which it is the one recorded first. */
export interface Ask extends Omit<Alike, 'likeness'> {
  id: string;
}

/** So many events of each likeness, those recorded last before an event, are compared with it. */
const COMPARED = 20;

/** The ids of the present events recorded before one that may be the same, the latest first; 20 at most of each likeness. */
export function likeBefore(reader: Reader, ask: Ask): Promise<string[]> {
  return eachLike(ask, (values) =>
    reader.all(
      'events like this, before',
      (db, { events, events: { entity } }) =>
        db
          .select({ entity })
          .from(events)
          .where(and(isLike(events), lt(entity, sql.placeholder('id'))))
          .orderBy(desc(entity))
          .limit(COMPARED),
      values,
    ),
  );
}

/** The ids of all present events recorded after one that may be the same, the latest first. */
export function likeAfter(reader: Reader, ask: Ask): Promise<string[]> {
  return eachLike(ask, (values) =>
    reader.all(
      'events like this, after',
      (db, { events, events: { entity } }) =>
        db
          .select({ entity })
          .from(events)
          .where(and(isLike(events), gt(entity, sql.placeholder('id')))),
      values,
    ),
  );
}

/** One statement for each likeness. */
async function eachLike(
  { id, first, last, compared }: Ask,
  read: (values: Values) => Promise<{ entity: string }[]>,
): Promise<string[]> {
  const rows = await Promise.all(compared.map((likeness) => read({ likeness, first, last, id })));
  return rows
    .flat()
    .map(({ entity }) => entity)
    .sort()
    .reverse();
}

function isLike({ likeness, dateFrom, dateTo, until }: Tables['events']): SQL | undefined {
  return and(
    isNull(until),
    eq(likeness, sql.placeholder('likeness')),
    lte(dateFrom, sql.placeholder('last')),
    gte(dateTo, sql.placeholder('first')),
  );
}
