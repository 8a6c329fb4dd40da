import { and, type Column, desc, eq, inArray, isNull, lt, lte, sql } from 'drizzle-orm';
import { documentUnlessKnown, holds, isLatestAsOf } from '../db/conditions.js';
import type { Reader, Values } from '../db/store.js';
import { parseReference, type Reference } from '../shared/reference.js';
import type { Document, RecordKind } from './kind.js';
import { inBatches, listValues } from './references.js';

/** A record as it stands, found by reference. */
export interface Current {
  id: string;
  slug: string;
  label: string;
  version: number;
  revision: number;
  created: number;
  /** Also true of one that was merged into another. */
  deleted: boolean;
  /** The record that it goes on as, which may be deleted itself by now. */
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
  /** With `merge`: the record that it went on as then. */
  mergedInto: string | null;
  /** Instance that it was mirrored from; null for our own. */
  origin: string | null;
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

const fromCurrent = (db: Db, t: Tables, columns: ReturnType<typeof currentColumns>) =>
  db.select(columns).from(t.entities).innerJoin(t.revisions, eq(t.revisions.revision, t.entities.revision));

/** Narrows to the record that a reference names: by slug the live one, or else the one deleted last. */
function narrow(query: ReturnType<typeof fromCurrent>, t: Tables, form: Reference['form']) {
  const ofType = eq(t.entities.type, sql.placeholder('type'));
  if (form === 'id') return query.where(and(eq(t.entities.id, sql.placeholder('id')), ofType));
  if (form === 'slug') {
    return query
      .where(and(eq(t.entities.slug, sql.placeholder('slug')), ofType))
      .orderBy(t.entities.deleted, desc(t.entities.revision))
      .limit(1);
  }
  return query
    .innerJoin(t.externalIds, eq(t.externalIds.subject, t.entities.id))
    .where(
      and(
        eq(t.externalIds.value, sql.placeholder('value')),
        eq(t.externalIds.scheme, sql.placeholder('scheme')),
        eq(t.externalIds.subjectType, sql.placeholder('type')),
        isNull(t.externalIds.until),
        ofType,
      ),
    );
}

/** Some records by id, at most 500, as they stand. */
export function findCurrents(reader: Reader, ids: readonly string[]): Promise<Current[]> {
  const { names, values } = listValues(ids);
  return reader.all(
    `current ${names.length}`,
    (db, t) =>
      fromCurrent(db, t, currentColumns(t)).where(
        inArray(
          t.entities.id,
          names.map((name) => sql.placeholder(name)),
        ),
      ),
    values,
  );
}

function referenceValues(reference: Reference, type: string, known = 0): Values {
  if (reference.form === 'id') return { type, known, id: reference.id };
  if (reference.form === 'slug') return { type, known, slug: reference.slug };
  return { type, known, scheme: reference.scheme, value: reference.value };
}

/** The record that a reference names, deleted ones included; undefined when there never was one. One query. */
export function findCurrent(reader: Reader, kind: Pick<RecordKind, 'type'>, ref: string): Promise<Current | undefined> {
  const reference = parseReference(ref);
  return reader.get(
    `current by ${reference.form}`,
    (db, t) => narrow(fromCurrent(db, t, currentColumns(t)), t, reference.form),
    referenceValues(reference, kind.type),
  );
}

/** As much of a record as a plain read needs. */
export interface Stored {
  revision: number;
  version: number;
  /** The stored representation; null when the record is deleted, and when its revision is the one known. */
  doc: string | null;
}

/**
 * The record that a reference names, with its document unless that is of the revision `known` (0 for none): documents
 * never change, so one that is held need not be read again. One query.
 */
export function findStored(reader: Reader, kind: RecordKind, ref: string, known: number): Promise<Stored | undefined> {
  const reference = parseReference(ref);
  return reader.get<Stored>(
    STORED_BY[reference.form],
    (db, t) => {
      const { revision, version } = t.entities;
      const query = db.select({ revision, version, doc: documentUnlessKnown(t) }).from(t.entities);
      return narrow(query as unknown as ReturnType<typeof fromCurrent>, t, reference.form);
    },
    referenceValues(reference, kind.type, known),
  );
}

const STORED_BY = { id: 'stored by id', slug: 'stored by slug', external: 'stored by external id' } as const;

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
  mergedInto: t.revisions.mergedInto,
  origin: t.revisions.origin,
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

/** Documents of some records by id, present or as of a revision; those that are or were deleted are left out. */
export async function readDocuments(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<{ id: string; doc: string }[]> {
  const found = await inBatches(ids, (batch) => readSomeDocuments(reader, batch, asOf));
  const present = found.flatMap(({ id, doc }) => (doc === null ? [] : [{ id, doc }]));
  return present.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The same, parsed, by id. */
export async function documentsById(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<Map<string, Document>> {
  const read = await readDocuments(reader, ids, asOf);
  return new Map(read.map(({ id, doc }) => [id, JSON.parse(doc) as Document]));
}

function readSomeDocuments(
  reader: Reader,
  ids: readonly string[],
  asOf: number | undefined,
): Promise<{ id: string; doc: string | null }[]> {
  const { names, values } = listValues(ids);
  const among = (column: Column) =>
    inArray(
      column,
      names.map((name) => sql.placeholder(name)),
    );
  if (asOf === undefined) {
    return reader.all(
      `documents ${names.length}`,
      (db, t) =>
        db
          .select({ id: t.entities.id, doc: t.revisions.doc })
          .from(t.entities)
          .innerJoin(t.revisions, eq(t.revisions.revision, t.entities.revision))
          .where(among(t.entities.id)),
      values,
    );
  }
  return reader.all(
    `documents as of ${names.length}`,
    (db, t) =>
      db
        .select({ id: t.revisions.entity, doc: t.revisions.doc })
        .from(t.revisions)
        .where(and(among(t.revisions.entity), isLatestAsOf(t))),
    { ...values, asOf },
  );
}
