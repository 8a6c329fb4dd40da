import { and, inArray, sql } from 'drizzle-orm';
import { isLatestAsOf, MAX_LIST } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import { listValues } from './references.js';

/** What a record is called. */
export interface Named {
  slug: string;
  label: string;
}

/** Slugs and labels of some records by id, as they are or as they were at a revision; one query for 500 of them. */
export async function readNames(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<Map<string, Named>> {
  const names = new Map<string, Named>();
  for (let start = 0; start < ids.length; start += MAX_LIST) {
    const rows = await readSome(reader, ids.slice(start, start + MAX_LIST), asOf);
    for (const { id, slug, label } of rows) names.set(id, { slug, label });
  }
  return names;
}

function readSome(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<(Named & { id: string })[]> {
  const { names, values } = listValues(ids);
  const placeholders = names.map((name) => sql.placeholder(name));
  if (asOf === undefined) {
    return reader.all(
      `names ${names.length}`,
      (db, { entities: { id, slug, label }, entities }) =>
        db.select({ id, slug, label }).from(entities).where(inArray(id, placeholders)),
      values,
    );
  }
  return reader.all(
    `names as of ${names.length}`,
    (db, t) => {
      const { entity: id, slug, label } = t.revisions;
      return db
        .select({ id, slug, label })
        .from(t.revisions)
        .where(and(inArray(id, placeholders), isLatestAsOf(t)));
    },
    { ...values, asOf },
  );
}
