import { and, desc, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { hasEdge, holds, isIn, valuesAt, whenOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import { inBatches, listValues } from './references.js';

interface About {
  id: string;
  asOf: number | undefined;
}

/** The claims or the disputes about a record, with their documents; the latest first, at most `limit`. One query. */
export function readAbout(
  reader: Reader,
  type: 'claim' | 'dispute',
  { id, asOf }: About,
  limit: number,
): Promise<{ id: string; doc: string | null }[]> {
  const when = whenOf(asOf);
  return reader.all(
    `about ${when}`,
    (db, { links, revisions }) => {
      const { target, subjectType, dateFrom, dateTo, subject } = links;
      return (
        db
          .select({ id: subject, doc: revisions.doc })
          .from(links)
          .innerJoin(revisions, eq(revisions.revision, links.revision))
          // A dispute may name a record twice.
          .where(
            and(
              ...[eq(target, sql.placeholder('id')), eq(subjectType, sql.placeholder('type'))],
              ...[eq(links.relation, 'about'), lte(links.rank, 1), holds(when, links)],
            ),
          )
          .orderBy(desc(dateFrom), desc(dateTo), desc(subject))
          .limit(sql.placeholder('limit'))
      );
    },
    { id, type, limit, ...valuesAt(asOf) },
  );
}

/** Of some disputes the fields of a record that claims on their positions name. One query for 500 of them. */
export async function readDisputedFields(
  reader: Reader,
  disputes: readonly string[],
  { id, asOf }: About,
): Promise<Map<string, string[]>> {
  const when = whenOf(asOf);
  const rows = await inBatches(disputes, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `disputed fields ${when} ${names.length}`,
      (db, t) => {
        const isAboutIt = and(eq(t.links.relation, 'about'), eq(t.links.target, sql.placeholder('id')));
        return db
          .selectDistinct({ dispute: t.links.subject, field: t.claims.field })
          .from(t.links)
          .innerJoin(t.claims, eq(t.claims.entity, t.links.target))
          .where(
            and(
              isIn(
                t.links.subject,
                names.map((name) => sql.placeholder(name)),
              ),
              ...[eq(t.links.relation, 'position'), isNotNull(t.claims.field)],
              ...[holds(when, t.links), holds(when, t.claims), hasEdge(t, t.claims, isAboutIt)],
            ),
          );
      },
      { ...values, id, ...valuesAt(asOf) },
    );
  });
  const fields = new Map<string, string[]>();
  for (const { dispute, field } of rows) fields.set(dispute, [...(fields.get(dispute) ?? []), field ?? '']);
  return fields;
}

/** Disputes that are told of some records at once. */
export const MAX_DISPUTES = 500;

/** Ids of the disputes about some records, each once; the latest, at most `MAX_DISPUTES`. One query for 500 records. */
export async function disputesAbout(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<string[]> {
  const when = whenOf(asOf);
  const rows = await inBatches(ids, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `disputes about ${when} ${names.length}`,
      (db, { links }) =>
        db
          .selectDistinct({ id: links.subject })
          .from(links)
          .where(
            and(
              isIn(
                links.target,
                names.map((name) => sql.placeholder(name)),
              ),
              ...[eq(links.subjectType, 'dispute'), eq(links.relation, 'about'), holds(when, links)],
            ),
          )
          .orderBy(desc(links.subject))
          .limit(sql.placeholder('limit')),
      { ...values, ...valuesAt(asOf), limit: MAX_DISPUTES },
    );
  });
  const found = [...new Set(rows.map(({ id }) => id))].sort();
  return found.slice(-MAX_DISPUTES);
}
