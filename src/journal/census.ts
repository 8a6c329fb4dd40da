import { and, count, countDistinct, eq, inArray, lte, sql, sum } from 'drizzle-orm';
import { columnOf, holds, isLatestAsOf, isOfOpenDispute, oneIfHolding, valuesAt, whenOf } from '../db/conditions.js';
import type { Preparable, Reader } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import type { RecordKind } from './kind.js';

/** Records of a type that agree in some codes. */
export interface Cell {
  /** Absent where the type has no such column, null where a record has no such code. */
  kind?: string | null;
  status?: string | null;
  method: string;
  count: number;
  /** How many of them cite a source anywhere, and how many quote one. */
  cited: number;
  quoted: number;
}

/** Columns that hold the kind and the status of a type, where it has them. */
export interface CodeColumns {
  kind?: string;
  status?: string;
}

// JSON escapes the quotation marks within texts, so neither can stand in a text of a document.
const CITATION = '"citations":[{"source":"source_';
const QUOTE = '"quote":{"exact":"';

/** All records of a type by kind, status and method, in one pass; present or as of a revision. */
export function countByCodes(
  reader: Reader,
  kind: RecordKind,
  named: CodeColumns,
  asOf: number | undefined,
): Promise<Cell[]> {
  const when = whenOf(asOf);
  return reader.all(
    `cells of ${kind.collection} ${when}`,
    (db, t) => {
      const record = t[kind.collection] as Tables['events'];
      const codes: Record<string, typeof record.kind> = { method: record.method };
      for (const [name, column] of Object.entries(named)) codes[name] = columnOf(record, column);
      const counts = {
        count: count(),
        cited: count(oneIfHolding(t.revisions.doc, 'citation')),
        quoted: count(oneIfHolding(t.revisions.doc, 'quote')),
      };
      return db
        .select({ ...codes, ...counts })
        .from(record)
        .innerJoin(t.revisions, eq(t.revisions.revision, record.revision))
        .where(holds(when, record))
        .groupBy(...Object.values(codes)) as unknown as Preparable<Cell>;
    },
    { ...valuesAt(asOf), citation: CITATION, quote: QUOTE },
  );
}

/** How many records of each type have an open dispute about them. */
export function countContested(reader: Reader, asOf: number | undefined): Promise<{ type: string; count: number }[]> {
  const when = whenOf(asOf);
  return reader.all(
    `contested by type ${when}`,
    (db, t) =>
      db
        .select({ type: t.entities.type, count: countDistinct(t.links.target) })
        .from(t.links)
        .innerJoin(t.entities, eq(t.entities.id, t.links.target))
        .where(and(isOfOpenDispute(t, 'about'), holds(when, t.links)))
        .groupBy(t.entities.type),
    valuesAt(asOf),
  );
}

/** The entries of the journal up to a revision. */
export function countRevisions(reader: Reader, upTo: number) {
  return reader.all(
    'revisions by op',
    (db, t) =>
      db
        .select({ op: t.revisions.op, changeKind: t.revisions.changeKind, count: count() })
        .from(t.revisions)
        .where(lte(t.revisions.revision, sql.placeholder('upTo')))
        .groupBy(t.revisions.op, t.revisions.changeKind),
    { upTo },
  );
}

/** When the first revision and another were recorded. */
export function readInstants(reader: Reader, revision: number): Promise<{ revision: number; recordedAt: string }[]> {
  return reader.all(
    'instants of the first and another',
    (db, t) =>
      db
        .select({ revision: t.revisions.revision, recordedAt: t.revisions.recordedAt })
        .from(t.revisions)
        .where(inArray(t.revisions.revision, [sql.placeholder('first'), sql.placeholder('last')]))
        .orderBy(t.revisions.revision),
    { first: 1, last: revision },
  );
}

/** How many records are there and how many are no more, deleted or merged, and how many versions they have. */
export async function countRecordsEver(reader: Reader, asOf: number | undefined) {
  const rows = await (asOf === undefined
    ? reader.all('records by deletion', (db, t) =>
        db
          .select({ deleted: t.entities.deleted, count: count(), versions: sum(t.entities.version).mapWith(Number) })
          .from(t.entities)
          .groupBy(t.entities.deleted),
      )
    : reader.all(
        'records by last op',
        (db, t) =>
          db
            .select({ op: t.revisions.op, count: count(), versions: sum(t.revisions.version).mapWith(Number) })
            .from(t.revisions)
            .where(isLatestAsOf(t))
            .groupBy(t.revisions.op),
        { asOf },
      ));
  const of = (gone: boolean) => rows.find((row) => ('op' in row ? row.op !== 'put' : row.deleted) === gone);
  return { live: of(false)?.count ?? 0, deleted: of(true)?.count ?? 0, versions: of(false)?.versions ?? 0 };
}
