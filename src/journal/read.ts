import { and, type Column, desc, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import { holds, isLatestAsOf, MAX_LIST } from '../db/conditions.js';
import type { Reader, Values } from '../db/store.js';
import { parseReference } from '../shared/reference.js';
import type { RecordKind } from './kind.js';
import { listValues } from './references.js';

/** A record as it stands, found by reference. */
export interface Current {
  id: string;
  slug: string;
  label: string;
  version: number;
  revision: number;
  created: number;
  deleted: boolean;
  mergedInto: string | null;
  origin: string | null;
  /** The stored representation; null when deleted. */
  doc: string | null;
  /** When its current version was recorded, and the note given with it. */
  recordedAt: string;
  note: string | null;
  /** Who wrote it. */
  by: string;
}

/** One version from the journal. */
export interface Version {
  entity: string;
  revision: number;
  version: number;
  op: string;
  changeKind: string;
  doc: string | null;
  recordedAt: string;
  by: string;
  note: string | null;
}

type Db = Parameters<Parameters<Reader['all']>[1]>[0];
type Tables = Parameters<Parameters<Reader['all']>[1]>[1];

const currentColumns = (t: Tables) => ({
  id: t.entities.id,
  slug: t.entities.slug,
  label: t.entities.label,
  version: t.entities.version,
  revision: t.entities.revision,
  created: t.entities.created,
  deleted: t.entities.deleted,
  mergedInto: t.entities.mergedInto,
  origin: t.entities.origin,
  doc: t.revisions.doc,
  recordedAt: t.revisions.recordedAt,
  note: t.revisions.note,
  by: t.revisions.by,
});

const selectCurrent = (db: Db, t: Tables) =>
  db.select(currentColumns(t)).from(t.entities).innerJoin(t.revisions, eq(t.revisions.revision, t.entities.revision));

/** The record that a reference names, deleted ones included; undefined when there never was one. One query. */
export function findCurrent(reader: Reader, kind: RecordKind, ref: string): Promise<Current | undefined> {
  const reference = parseReference(ref);
  const type = kind.type;
  if (reference.form === 'id') return findById(reader, type, reference.id);
  if (reference.form === 'external') return findByExternalId(reader, type, reference.scheme, reference.value);
  return reader.get(
    'current by slug',
    (db, t) =>
      selectCurrent(db, t)
        .where(and(eq(t.entities.slug, sql.placeholder('slug')), eq(t.entities.type, sql.placeholder('type'))))
        .orderBy(t.entities.deleted, desc(t.entities.revision))
        .limit(1),
    { slug: reference.slug, type },
  );
}

export function findById(reader: Reader, type: string, id: string): Promise<Current | undefined> {
  return reader.get(
    'current by id',
    (db, t) =>
      selectCurrent(db, t).where(
        and(eq(t.entities.id, sql.placeholder('id')), eq(t.entities.type, sql.placeholder('type'))),
      ),
    { id, type },
  );
}

export function findByExternalId(
  reader: Reader,
  type: string,
  scheme: string,
  value: string,
): Promise<Current | undefined> {
  return reader.get(
    'current by external id',
    (db, t) =>
      selectCurrent(db, t)
        .innerJoin(t.externalIds, eq(t.externalIds.subject, t.entities.id))
        .where(
          and(
            eq(t.externalIds.value, sql.placeholder('value')),
            eq(t.externalIds.scheme, sql.placeholder('scheme')),
            eq(t.externalIds.subjectType, sql.placeholder('type')),
            isNull(t.externalIds.until),
          ),
        ),
    { scheme, value, type },
  );
}

const versionColumns = (t: Tables) => ({
  entity: t.revisions.entity,
  revision: t.revisions.revision,
  version: t.revisions.version,
  op: t.revisions.op,
  changeKind: t.revisions.changeKind,
  doc: t.revisions.doc,
  recordedAt: t.revisions.recordedAt,
  by: t.revisions.by,
  note: t.revisions.note,
});

/** The version of a record that held at a revision; the reference is read as it was then. One query. */
export function findAsOf(reader: Reader, kind: RecordKind, ref: string, asOf: number): Promise<Version | undefined> {
  const reference = parseReference(ref);
  const type = kind.type;
  if (reference.form === 'id') {
    return reader.get(
      'as of by id',
      (db, t) =>
        db
          .select(versionColumns(t))
          .from(t.revisions)
          .where(
            and(
              eq(t.revisions.entity, sql.placeholder('id')),
              eq(t.revisions.type, sql.placeholder('type')),
              lte(t.revisions.revision, sql.placeholder('asOf')),
            ),
          )
          .orderBy(desc(t.revisions.revision))
          .limit(1),
      { id: reference.id, type, asOf },
    );
  }
  if (reference.form === 'external') return externalAsOf(reader, type, reference, asOf);
  return reader.get(
    'as of by slug',
    (db, t) =>
      db
        .select(versionColumns(t))
        .from(t.revisions)
        .where(
          and(
            eq(t.revisions.type, sql.placeholder('type')),
            eq(t.revisions.slug, sql.placeholder('slug')),
            isLatestAsOf(t),
          ),
        )
        .orderBy(desc(t.revisions.revision))
        .limit(1),
    { slug: reference.slug, type, asOf },
  );
}

function externalAsOf(
  reader: Reader,
  type: string,
  reference: { scheme: string; value: string },
  asOf: number,
): Promise<Version | undefined> {
  const values: Values = { type, scheme: reference.scheme, value: reference.value, asOf };
  return reader.get(
    'as of by external id',
    (db, t) =>
      db
        .select(versionColumns(t))
        .from(t.externalIds)
        .innerJoin(t.revisions, eq(t.revisions.revision, t.externalIds.revision))
        .where(
          and(
            eq(t.externalIds.value, sql.placeholder('value')),
            eq(t.externalIds.scheme, sql.placeholder('scheme')),
            eq(t.externalIds.subjectType, sql.placeholder('type')),
            holds('asOf', t.externalIds),
          ),
        )
        .orderBy(desc(t.externalIds.revision))
        .limit(1),
    values,
  );
}

/** Versions of a record, newest first, from `before` (a revision, exclusive) down. */
export function readVersions(reader: Reader, id: string, before: number, limit: number): Promise<Version[]> {
  return reader.all(
    'versions',
    (db, t) =>
      db
        .select(versionColumns(t))
        .from(t.revisions)
        .where(and(eq(t.revisions.entity, sql.placeholder('id')), lt(t.revisions.revision, sql.placeholder('before'))))
        .orderBy(desc(t.revisions.revision))
        .limit(sql.placeholder('limit')),
    { id, before, limit },
  );
}

/** Documents of some records, present or as of a revision; those that are or were deleted are left out. */
export async function readDocuments(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<{ id: string; doc: string }[]> {
  const found: { id: string; doc: string | null }[] = [];
  for (let start = 0; start < ids.length; start += MAX_LIST) {
    const { names, values } = listValues(ids.slice(start, start + MAX_LIST));
    const among = (column: Column) =>
      inArray(
        column,
        names.map((name) => sql.placeholder(name)),
      );
    const rows = await (asOf === undefined
      ? reader.all(
          `documents ${names.length}`,
          (db, t) =>
            db
              .select({ id: t.entities.id, doc: t.revisions.doc })
              .from(t.entities)
              .innerJoin(t.revisions, eq(t.revisions.revision, t.entities.revision))
              .where(among(t.entities.id)),
          values,
        )
      : reader.all(
          `documents as of ${names.length}`,
          (db, t) =>
            db
              .select({ id: t.revisions.entity, doc: t.revisions.doc })
              .from(t.revisions)
              .where(and(among(t.revisions.entity), isLatestAsOf(t))),
          { ...values, asOf },
        ));
    found.push(...rows);
  }
  return found.flatMap(({ id, doc }) => (doc === null ? [] : [{ id, doc }]));
}
