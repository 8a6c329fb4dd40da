import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { isLatestAsOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import { inBatches, listValues } from './references.js';

/** What a record is called. */
export interface Named {
  slug: string;
  label: string;
}

/** A record as people know it. */
export interface RecordName extends Named {
  id: string;
}

/**
 * Slugs and labels of some records by id, as they are or as they were at a revision; those that are or were deleted are
 * left out. One query for 500 of them.
 */
export async function readNames(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<Map<string, Named>> {
  const rows = await inBatches(ids, (batch) => readSome(reader, batch, asOf));
  return new Map(rows.map(({ id, slug, label }) => [id, { slug, label }]));
}

function readSome(reader: Reader, ids: readonly string[], asOf: number | undefined): Promise<RecordName[]> {
  const { names, values } = listValues(ids);
  const placeholders = names.map((name) => sql.placeholder(name));
  if (asOf === undefined) {
    return reader.all(
      `names ${names.length}`,
      (db, { entities: { id, slug, label }, entities }) =>
        db
          .select({ id, slug, label })
          .from(entities)
          .where(and(inArray(id, placeholders), eq(entities.deleted, false))),
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
        .where(and(inArray(id, placeholders), isLatestAsOf(t), isNotNull(t.revisions.doc)));
    },
    { ...values, asOf },
  );
}
