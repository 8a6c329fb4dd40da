import { and, eq, isNull, ne, or, sql } from 'drizzle-orm';
import { takeRevision } from '../db/head.js';
import type { Tx } from '../db/store.js';
import { type Clock, toInstant } from '../shared/clock.js';
import { typeOfId } from '../shared/ids.js';
import { SLUG_MAX } from '../shared/text.js';
import { type ExternalId, externalIdHolders, slugHolders } from './checks.js';
import { indexedWords } from './indexed-texts.js';
import type { Body, Document, Json, RecordKind } from './kind.js';
import { moveRedirects } from './merge.js';
import { heldVia, markSeen } from './mirrored.js';
import { occurrences } from './paths.js';
import { CellCounts, closeRows, type HeldExternalId, insertRows, passExternalIds } from './project.js';
import type { Current } from './read.js';
import { type Author, type ChangeKind, contentOf, keptOf, type Outcome, previousCells, revisionRow } from './record.js';
import { findEntities, inBatches } from './references.js';
import { projectRows } from './rows.js';
import { type SourceText, storeText } from './texts.js';

/** A record as another instance holds it. */
export interface ForeignRecord {
  kind: RecordKind;
  id: string;
  /** With its slug; references are ids. */
  body: Body;
  /** Fields that are kept with it. */
  kept: Body;
  version: number;
  createdAt: string;
  updatedAt: string;
  /** Instance where it is edited. */
  origin: string;
  /** The text that `kept` names, where it is not stored here already. */
  text?: SourceText;
}

/** What became of a record there. */
export type ForeignChange = { changeKind: ChangeKind; note: string | null } & (
  | { op: 'put'; record: ForeignRecord }
  | {
      op: 'delete' | 'merge';
      kind: RecordKind;
      id: string;
      /** Undefined where it is not known: one more than the last. */
      version: number | undefined;
      mergedInto: string | null;
    }
);

/** Whom changes come from. */
export interface Mirroring {
  /** The instance that is pulled. */
  via: string;
  /** This one: its own records come back from those that mirror it, and are left alone. */
  self: string;
  /** Number of the snapshot that was taken of it last. */
  run: number;
}

/** Why a record is not held as it is there. */
export const CONFLICTS = {
  own: 'The record is ours, made here or forked; what changes there is not taken over.',
  elsewhere: 'The record is pulled from another instance already.',
  'slug-taken': 'Another record here has the slug; the mirrored one ends with the last characters of its id instead.',
  'external-id-taken': 'Another record here has the external id; the mirrored one is held without it.',
  detached: 'The record is gone there. Records of ours refer to it, so it stays, as ours.',
  'text-missing': 'The text of the source could not be had; the source is held without it.',
  invalid: 'The record is not one that this version of the program takes; what is held is the last version that was.',
  missing: 'Mirrored records refer to it, and it could not be had.',
} as const;
export type ConflictReason = keyof typeof CONFLICTS;

export interface Applied {
  id: string;
  /** `left`: nothing was done with it. */
  outcome: 'written' | 'unchanged' | 'removed' | 'detached' | 'left';
  conflict?: { reason: ConflictReason; detail: string };
}

/** As much of an entity as is needed here; without a version it is only awaited. */
type Standing = Omit<Current, 'recordedAt' | 'note' | 'by'> & { via: string | null };

const PULL = { by: 'pull', requestId: null };

/**
 * Writes what another instance says as it says it: under the same ids, with its versions and times, unchecked by rules.
 * References may come before what they name; that is then awaited, and no reader sees it. What is here already makes no
 * revision. The caller has checked the documents.
 */
export async function applyForeign(
  tx: Tx,
  clock: Clock,
  mirroring: Mirroring,
  changes: readonly ForeignChange[],
): Promise<Applied[]> {
  const foreign = changes.filter((change) => change.op !== 'put' || change.record.origin !== mirroring.self);
  const puts = foreign.flatMap((change) => (change.op === 'put' ? [change.record] : []));
  await reserve(tx, mirroring, puts);
  const counts = new CellCounts();
  const applied: Applied[] = [];
  for (const change of foreign) {
    const author = { ...PULL, changeKind: change.changeKind, note: change.note };
    const context = { tx, clock, mirroring, counts, author };
    applied.push(change.op === 'put' ? await put(context, change.record) : await end(context, change));
  }
  await counts.write(tx);
  await markSeen(
    tx,
    mirroring,
    puts.map(({ id }) => id),
  );
  return applied;
}

/** Makes a mirrored record ours, by a revision that says the same. One that is ours already stays as it is. */
export async function fork(
  tx: Tx,
  clock: Clock,
  kind: RecordKind,
  current: Pick<Standing, 'id' | 'slug' | 'label' | 'version' | 'revision' | 'created' | 'origin' | 'doc'>,
  author: Author,
): Promise<Outcome> {
  const { id, slug, origin } = current;
  const doc = current.doc ?? '{}';
  if (origin === null) return { id, slug, version: current.version, revision: current.revision, changed: false, doc };
  const version = current.version + 1;
  const note = author.note ?? `Forked from ${origin}.`;
  const { written } = await write(
    tx,
    clock,
    kind,
    current,
    { ...author, note },
    {
      document: { ...(JSON.parse(doc) as Document), version },
      mark: { origin: null, via: null, seen: null },
    },
  );
  return { id, slug, version, revision: written.revision, changed: true, doc: JSON.stringify(written) };
}

interface Context {
  tx: Tx;
  clock: Clock;
  mirroring: Mirroring;
  counts: CellCounts;
  author: Author;
}

async function put({ tx, clock, mirroring, counts, author }: Context, record: ForeignRecord): Promise<Applied> {
  const { kind, id, version, createdAt, updatedAt, origin, text } = record;
  const standing = await standingOf(tx, id);
  if (standing.version > 0 && standing.via !== mirroring.via) return leave(standing, record);
  const { body, conflict, passed } = await fitted(tx, mirroring, record);
  const content = { slug: body.slug, ...contentOf(body), ...kind.derive(body), ...keptOf(kind, record.kept) };
  const document = { id, ...content, version, revision: standing.revision, createdAt, updatedAt } as Document;
  const note = conflict && { conflict };
  if (standing.doc === JSON.stringify(document) && standing.origin === origin)
    return { id, outcome: 'unchanged', ...note };
  const { counted } = await write(tx, clock, kind, standing, author, {
    document,
    mark: { origin, via: mirroring.via, seen: mirroring.run },
    ...{ text: text?.content, passed },
  });
  counts.note(kind.type, previousCells(kind, standing), counted);
  if (text !== undefined) await storeText(tx, id, text, updatedAt);
  return { id, outcome: 'written', ...note };
}

/** Ends a record, or makes it ours when records that do not come from there refer to it. */
async function end(
  { tx, clock, mirroring, counts, author }: Context,
  { op, kind, id, mergedInto, ...change }: Extract<ForeignChange, { kind: RecordKind }>,
): Promise<Applied> {
  const [known] = await findEntities(tx, 'id', [id]);
  const standing = known && (await standingOf(tx, id));
  if (standing === undefined || standing.via !== mirroring.via || standing.doc === null) return { id, outcome: 'left' };
  if (await isReferredToByOthers(tx, id, mirroring.via)) {
    const gone = mergedInto === null ? 'deleted there' : `merged into ${mergedInto} there`;
    await fork(tx, clock, kind, standing, { ...author, note: `Kept, because others refer to it; ${gone}.` });
    return { id, outcome: 'detached', conflict: { reason: 'detached', detail: gone } };
  }
  const version = change.version ?? standing.version + 1;
  const { revision, recordedAt } = await takeRevision(tx, toInstant(clock.now()));
  const { origin, via, slug, label, created } = standing;
  const row = { ...revisionRow(kind, standing, author), revision, recordedAt, version };
  await tx.insert('revisions', [{ ...row, op, doc: null, mergedInto, origin }]);
  const next = { slug, label, version, revision, created, deleted: true, mergedInto };
  await setEntity(tx, id, { ...next, origin, via, seen: mirroring.run });
  await closeRows(tx, kind, standing.revision, revision);
  if (mergedInto !== null) await moveRedirects(tx, id, mergedInto);
  counts.note(kind.type, previousCells(kind, standing), []);
  return { id, outcome: 'removed' };
}

interface Writing {
  document: Document;
  mark: Pick<Standing, 'origin' | 'via'> & { seen: number | null };
  /** The text that it names, if that is at hand. */
  text?: string | undefined;
  /** External ids that other records give up for it. */
  passed?: readonly HeldExternalId[];
}

/** A version in the journal, with its query rows in place of those of the version before. Its cells are not counted yet. */
async function write(
  tx: Tx,
  clock: Clock,
  kind: RecordKind,
  current: Pick<Standing, 'id' | 'revision' | 'created' | 'doc'>,
  author: Author,
  { document, mark, text, passed = [] }: Writing,
): Promise<{ written: Document; counted: string[] }> {
  const { revision, recordedAt } = await takeRevision(tx, toInstant(clock.now()));
  const written = { ...document, revision };
  const { id, slug, version } = written;
  const label = kind.label(written);
  const created = current.created || revision;
  const row = { ...revisionRow(kind, { id, slug, label }, author), revision, recordedAt, version, op: 'put' };
  await tx.insert('revisions', [{ ...row, doc: JSON.stringify(written), mergedInto: null, origin: mark.origin }]);
  await setEntity(tx, id, { slug, label, version, revision, created, deleted: false, mergedInto: null, ...mark });
  if (current.doc !== null) await closeRows(tx, kind, current.revision, revision);
  await passExternalIds(tx, passed, revision);
  const rows = projectRows(kind, written, created, null, await indexedWords(tx, kind, written, text));
  await insertRows(tx, kind, rows);
  return { written, counted: rows.counted };
}

/** A record of ours, or of another mirror, is not touched; that it differs is told. */
async function leave({ id, doc, via }: Standing, { kind, body, kept, version }: ForeignRecord): Promise<Applied> {
  const ours = doc === null ? undefined : (JSON.parse(doc) as Document);
  const theirs = { slug: body.slug, ...contentOf(body), ...kind.derive(body), ...keptOf(kind, kept) };
  if (ours !== undefined && JSON.stringify(contentOf(ours)) === JSON.stringify(theirs)) return { id, outcome: 'left' };
  const detail = `${ours === undefined ? 'deleted here' : 'differs here'}; version ${version} there`;
  return { id, outcome: 'left', conflict: { reason: via === null ? 'own' : 'elsewhere', detail } };
}

const SUFFIX = 8;

interface Fitted extends Pick<Applied, 'conflict'> {
  body: Body;
  /** External ids that records from there have here, and there no longer: an entry that says so comes. */
  passed: HeldExternalId[];
}

/** The body with a slug and external ids that are free here. */
async function fitted(tx: Tx, { via }: Mirroring, { kind, id, body }: ForeignRecord): Promise<Fitted> {
  const slug = String(body.slug);
  const holder = (await slugHolders(tx, kind, [slug])).find((row) => row.id !== id);
  const given = (body.externalIds ?? []) as unknown as ExternalId[];
  const held = await heldByOthers(tx, kind, id, given);
  const theirs = new Set(
    await inBatches([...new Set(held.map(({ subject }) => subject))], (batch) => heldVia(tx, via, batch)),
  );
  const [passed, taken] = [
    held.filter(({ subject }) => theirs.has(subject)),
    held.filter(({ subject }) => !theirs.has(subject)),
  ];
  const free = given.filter(
    (each, index) => !taken.some((row) => isSame(row, each)) && given.findIndex((one) => isSame(one, each)) === index,
  );
  const fitting = { ...body, externalIds: free as unknown as Json };
  if (holder !== undefined) {
    const instead = `${slug.slice(0, SLUG_MAX - SUFFIX - 1).replace(/-+$/, '')}-${id.slice(-SUFFIX)}`;
    const detail = `\`${slug}\` is the slug of ${holder.id}; held as \`${instead}\``;
    return { body: { ...fitting, slug: instead }, passed, conflict: { reason: 'slug-taken', detail } };
  }
  const [first] = taken;
  if (first === undefined) return { body: fitting, passed };
  const detail = `\`${first.scheme}:${first.value}\` belongs to ${first.subject}`;
  return { body: fitting, passed, conflict: { reason: 'external-id-taken', detail } };
}

const isSame = (a: ExternalId, b: ExternalId) => a.scheme === b.scheme && a.value === b.value;

/** Those of some external ids that other records have, with whose they are. */
async function heldByOthers(
  tx: Tx,
  kind: RecordKind,
  id: string,
  given: readonly ExternalId[],
): Promise<HeldExternalId[]> {
  if (given.length === 0) return [];
  const rows = await externalIdHolders(tx, kind, given);
  return rows.filter((row) => row.subject !== id && given.some((each) => isSame(each, row)));
}

/** Makes an entity of each record and of each that they refer to, where there is none; nobody sees those. */
async function reserve(tx: Tx, { via }: Mirroring, records: readonly ForeignRecord[]): Promise<void> {
  const wanted = new Set(records.flatMap((record) => [record.id, ...referencesOf(record)]));
  const known = await inBatches([...wanted], (batch) => findEntities(tx, 'id', batch));
  for (const { id } of known) wanted.delete(id);
  const standing = { label: '', version: 0, revision: 0, created: 0, deleted: true, mergedInto: null, origin: null };
  const rows = [...wanted].map((id) => ({ ...standing, id, type: typeOfId(id) ?? '', slug: id, via, seen: null }));
  if (rows.length > 0) await tx.insert('entities', rows);
}

/** Ids of the records that a record refers to. */
function referencesOf({ kind, body }: ForeignRecord): string[] {
  return kind.references.flatMap(({ path }) => occurrences(body, path).map(({ value }) => String(value)));
}

async function standingOf(tx: Tx, id: string): Promise<Standing> {
  const row = await tx.get(
    'standing of a record',
    (db, { entities: t, revisions }) =>
      db
        .select({
          ...{ id: t.id, slug: t.slug, label: t.label, version: t.version, revision: t.revision, created: t.created },
          ...{ deleted: t.deleted, mergedInto: t.mergedInto, origin: t.origin, via: t.via, doc: revisions.doc },
        })
        .from(t)
        .leftJoin(revisions, eq(revisions.revision, t.revision))
        .where(eq(t.id, sql.placeholder('id'))),
    { id },
  );
  if (row === undefined) throw new Error(`${id} was not reserved`);
  return row;
}

async function isReferredToByOthers(tx: Tx, id: string, via: string): Promise<boolean> {
  const row = await tx.get(
    'referred to by others',
    (db, { links, entities }) =>
      db
        .select({ id: entities.id })
        .from(links)
        .innerJoin(entities, eq(entities.id, links.subject))
        .where(
          and(
            ...[eq(links.target, sql.placeholder('id')), isNull(links.until)],
            or(isNull(entities.via), ne(entities.via, sql.placeholder('via'))),
          ),
        )
        .limit(1),
    { id, via },
  );
  return row !== undefined;
}

interface EntityColumns extends Omit<Standing, 'id' | 'doc'> {
  seen: number | null;
}

async function setEntity(tx: Tx, id: string, columns: EntityColumns): Promise<void> {
  await tx.run(
    'entity set',
    (db, { entities }) =>
      db
        .update(entities)
        .set(Object.fromEntries(Object.keys(columns).map((column) => [column, sql.placeholder(column)])) as never)
        .where(eq(entities.id, sql.placeholder('id'))),
    { ...columns, id },
  );
}
