import { and, asc, eq, sql } from 'drizzle-orm';
import { after, holds, valuesAt, whenOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import type { Document, Json, RecordKind } from './kind.js';
import { citationsIn } from './paths.js';

/** A record that points at another, with its document. */
export interface PointingRow {
  id: string;
  type: string;
  slug: string;
  label: string;
  dateFrom: number;
  dateTo: number;
  doc: string | null;
}

const ORDER = ['subjectType', 'dateFrom', 'dateTo', 'subject'] as const;

/** Records that point at one, each once, by type and then by date; `position` is where to go on. One query. */
export function readPointing(
  reader: Reader,
  { id, asOf }: { id: string; asOf: number | undefined },
  limit: number,
  position: readonly (string | number)[] | undefined,
): Promise<PointingRow[]> {
  const when = whenOf(asOf);
  return reader.all(
    `pointing ${when} ${position ? 'after' : ''}`,
    (db, { links, revisions }) => {
      const columns = ORDER.map((name) => links[name]);
      return db
        .select({
          id: links.subject,
          type: links.subjectType,
          slug: revisions.slug,
          label: revisions.label,
          dateFrom: links.dateFrom,
          dateTo: links.dateTo,
          doc: revisions.doc,
        })
        .from(links)
        .innerJoin(revisions, eq(revisions.revision, links.revision))
        .where(
          and(
            eq(links.target, sql.placeholder('id')),
            eq(links.rank, 0),
            holds(when, links),
            position &&
              after(
                columns,
                columns.map((_, index) => `k${index}`),
                'asc',
              ),
          ),
        )
        .orderBy(...columns.map((column) => asc(column)))
        .limit(sql.placeholder('limit'));
    },
    {
      ...{ id, limit, ...valuesAt(asOf) },
      ...Object.fromEntries((position ?? []).map((value, index) => [`k${index}`, value])),
    },
  );
}

/** The sort values of a record, as `position` takes them. */
export function pointingPosition({ type, dateFrom, dateTo, id }: PointingRow): (string | number)[] {
  return [type, dateFrom, dateTo, id];
}

/** The citations of a source in a document, each with its JSON Pointer and without the source. */
export function citationsOf(
  kind: RecordKind,
  document: Document,
  source: string,
): { pointer: string; [field: string]: Json }[] {
  return citationsIn<{ [field: string]: Json }>(kind, document).flatMap(({ pointer, citation }) => {
    const { source: cited, ...rest } = citation;
    return cited === source ? [{ pointer, ...rest }] : [];
  });
}
