import { and, eq, sql } from 'drizzle-orm';
import { readHead, takeRevision } from '../db/head.js';
import type { Tx } from '../db/store.js';
import { Problem } from '../problems.js';
import { type Clock, toInstant } from '../shared/clock.js';
import type { IdSource } from '../shared/ids.js';
import {
  freeSlug,
  requireFreeExternalIds,
  requireFreeSlug,
  requireOwn,
  requireRules,
  requireUnreferenced,
} from './checks.js';
import { indexedWords } from './indexed-texts.js';
import type { Body, Document, Kinds, RecordKind } from './kind.js';
import { moveRedirects, type Pair, readReferrers, refusing, rewriteReferrers, rewriteSurvivor } from './merge.js';
import { CellCounts, closeRows, countCells, insertRows } from './project.js';
import { checkQuotes } from './quotes.js';
import { type Current, findCurrent } from './read.js';
import { resolveReferences } from './references.js';
import { projectRows } from './rows.js';
import { type SourceText, storeText } from './texts.js';

/** What a change is, in the words of the `Change-Kind` header. */
export const CHANGE_KINDS = {
  content: 'The record now says something else.',
  correction: 'Something that was wrong is put right.',
  editorial: 'Wording or form; nothing else is said.',
  reprocess: 'A program went over the record again.',
  retraction: 'What the record said is taken back.',
} as const;
export type ChangeKind = keyof typeof CHANGE_KINDS;

/** Who changes something, and why. */
export interface Author {
  /** Id of the API key, or the name of a command. */
  by: string;
  changeKind: ChangeKind;
  note: string | null;
  requestId: string | null;
}

export interface Outcome {
  id: string;
  slug: string;
  version: number;
  revision: number;
  /** False when the record already was as asked; then nothing was written. */
  changed: boolean;
  /** The stored representation as JSON text. */
  doc: string;
}

export interface NewRecord {
  kind: RecordKind;
  /** A parsed body; its references may name other records of the same call. */
  body: Body;
  id?: string;
}

/** What a revision takes beside the body. */
interface Revising {
  kept?: Body;
  counts?: CellCounts | undefined;
  text?: string | undefined;
  quoted?: Body;
}

const MANAGED = ['id', 'version', 'revision', 'createdAt', 'updatedAt'] as const;

/**
 * The only writer of knowledge: resolves, checks, revises and projects, all within the caller's transaction. Where
 * `counts` is given, what is counted is noted there for the caller to write at the end of the transaction.
 */
export class Journal {
  readonly #clock: Clock;
  readonly #ids: IdSource;

  constructor(clock: Clock, ids: IdSource) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Creates one record. Raises `slug-taken`, `external-id-taken`, `unknown-reference`, `rule-violated`. */
  async create(tx: Tx, record: NewRecord, author: Author, counts?: CellCounts): Promise<Outcome> {
    return this.createReserved(tx, record.kind, await this.reserve(tx, record), record.body, author, counts);
  }

  /** Creates records that may refer to one another in any direction. Raises what `create` raises. */
  async createAll(tx: Tx, records: readonly NewRecord[], author: Author): Promise<Outcome[]> {
    const reserved: { record: NewRecord; current: Current }[] = [];
    for (const record of records) reserved.push({ record, current: await this.reserve(tx, record) });
    const outcomes: Outcome[] = [];
    const counts = new CellCounts();
    for (const { record, current } of reserved)
      outcomes.push(await this.createReserved(tx, record.kind, current, record.body, author, counts));
    await counts.write(tx);
    return outcomes;
  }

  /**
   * Makes room for a record, so that others can refer to it before it is created; the transaction must create it.
   * Raises `slug-taken`, before anything is written.
   */
  async reserve(tx: Tx, { kind, body, id = this.#ids(kind.type, this.#clock.now()) }: NewRecord): Promise<Current> {
    const label = kind.label(body);
    const given = body.slug as string | undefined;
    if (given !== undefined) await requireFreeSlug(tx, kind, given, id);
    return reserveEntity(tx, kind, { id, slug: given ?? (await freeSlug(tx, kind, label, id)), label });
  }

  /** Creates a record that room was made for. Raises what `create` raises. */
  createReserved(
    tx: Tx,
    kind: RecordKind,
    reserved: Current,
    body: Body,
    author: Author,
    counts?: CellCounts,
  ): Promise<Outcome> {
    return this.#revise(tx, kind, reserved, body, author, { counts });
  }

  /** Puts `body` in place of what the record says; a body without slug keeps the slug. Raises `foreign-origin`, too. */
  async replace(
    tx: Tx,
    kind: RecordKind,
    current: Current,
    body: Body,
    author: Author,
    counts?: CellCounts,
  ): Promise<Outcome> {
    const slug = (body.slug as string | undefined) ?? current.slug;
    if (slug !== current.slug) await requireFreeSlug(tx, kind, slug, current.id);
    return this.#revise(tx, kind, { ...current, slug }, body, author, { counts });
  }

  /**
   * Puts a text in place of the one that a source has, or takes it away (null). The text that it has already makes no
   * revision; texts that earlier revisions name stay.
   */
  async setText(tx: Tx, kind: RecordKind, current: Current, text: SourceText | null, author: Author): Promise<Outcome> {
    const kept = { textSha256: text?.sha256 ?? null, textLength: text?.length ?? null };
    const body = kind.parse(JSON.parse(current.doc ?? '{}'));
    const outcome = await this.#revise(tx, kind, current, body, author, { kept, text: text?.content });
    if (text !== null && outcome.changed) await storeText(tx, current.id, text, storedAt(outcome));
    return outcome;
  }

  /** Changes some of the fields that are kept with a record; null takes one away. Raises what `replace` raises. */
  keep(tx: Tx, kind: RecordKind, current: Current, changes: Body, author: Author): Promise<Outcome> {
    const body = kind.parse(JSON.parse(current.doc ?? '{}'));
    return this.#revise(tx, kind, current, body, author, { kept: changes });
  }

  /** Writes a tombstone. Raises `foreign-origin`, and `still-referenced` while other records refer to this one. */
  async remove(
    tx: Tx,
    kind: RecordKind,
    current: Current,
    author: Author,
    counts?: CellCounts,
  ): Promise<{ version: number; revision: number }> {
    await requireOwn(tx, kind, current);
    await requireUnreferenced(tx, current.id);
    const ended = await this.#end(tx, kind, current, author, { op: 'delete', mergedInto: null, causedFrom: null });
    await closeRows(tx, kind, current.revision, ended.revision);
    await count(tx, kind, counts, previousCells(kind, current), []);
    return ended;
  }

  /**
   * Merges a record into another of its type. The survivor takes over what `absorb` says, all that referred to the one
   * refers to the other, and last the one ends: the revisions of a merge have no others between them. Raises
   * `rule-violated`, naming the record that would break a rule, `foreign-origin` and `version-mismatch`.
   */
  async merge(
    tx: Tx,
    kinds: Kinds,
    kind: RecordKind,
    pair: Pair,
    author: Author,
    counts?: CellCounts,
  ): Promise<Outcome> {
    if (counts === undefined) {
      const own = new CellCounts();
      const outcome = await this.merge(tx, kinds, kind, pair, author, own);
      await own.write(tx);
      return outcome;
    }
    const { merged, survivor } = pair;
    await requireOwn(tx, kind, merged);
    const rewritten = await rewriteSurvivor(tx, kind, pair);
    const referrers = await readReferrers(tx, pair);
    const first = (await readHead(tx)).revision + 1;
    const last = first + referrers.length + (rewritten === undefined ? 0 : 1);
    // Before the survivor takes them over, since no two have the same external id.
    await closeRows(tx, kind, merged.revision, last);
    counts.note(kind.type, previousCells(kind, merged), []);
    let outcome = unchanged(survivor);
    if (rewritten !== undefined) {
      const { body, quoted, text } = rewritten;
      const kept = text === undefined ? {} : { textSha256: text.sha256, textLength: text.length };
      const revise = () =>
        this.#revise(tx, kind, survivor, body, author, { kept, counts, quoted, text: text?.content });
      outcome = await refusing(kind, survivor, revise);
      if (text !== undefined) await storeText(tx, survivor.id, text, storedAt(outcome));
    }
    for await (const { kind: own, current, body, quoted } of rewriteReferrers(tx, kinds, referrers, pair))
      await refusing(own, current, () => this.#revise(tx, own, current, body, author, { counts, quoted }));
    const causedFrom = first === last ? null : first;
    const ended = await this.#end(tx, kind, merged, author, { op: 'merge', mergedInto: survivor.id, causedFrom });
    if (ended.revision !== last) throw new Error(`the merge ended at ${ended.revision} and not at ${last}`);
    await moveRedirects(tx, merged.id, survivor.id);
    return outcome;
  }

  /** Writes the last revision of a record; its rows are left to be closed. */
  async #end(
    tx: Tx,
    kind: RecordKind,
    current: Current,
    author: Author,
    how: { op: 'delete' | 'merge'; mergedInto: string | null; causedFrom: number | null },
  ): Promise<{ version: number; revision: number }> {
    const { revision, recordedAt } = await takeRevision(tx, toInstant(this.#clock.now()));
    const version = current.version + 1;
    await tx.insert('revisions', [
      { ...revisionRow(kind, current, author), revision, recordedAt, version, doc: null, ...how },
    ]);
    const { slug, label, created } = current;
    const { mergedInto } = how;
    await advance(tx, kind, current, { slug, label, version, revision, created, deleted: true, mergedInto });
    return { version, revision };
  }

  /**
   * `kept` changes fields that are kept with the record; null takes one away. `text` is the stored text, if it is at hand.
   * `quoted` holds the checks of quotations from before, where they are not those of the version before.
   */
  async #revise(
    tx: Tx,
    kind: RecordKind,
    current: Current,
    input: Body,
    author: Author,
    { kept = {}, counts, text, quoted }: Revising = {},
  ): Promise<Outcome> {
    await requireOwn(tx, kind, current);
    const body = { ...input, slug: current.slug };
    await resolveReferences(tx, kind, body);
    await requireRules(tx, kind, current.id, body);
    await requireFreeExternalIds(tx, kind, current.id, body);
    const previous = current.doc === null ? undefined : (JSON.parse(current.doc) as Document);
    await checkQuotes(tx, kind, body, quoted ?? previous);
    const content = {
      slug: current.slug,
      ...contentOf(body),
      ...kind.derive(body),
      ...keptOf(kind, { ...previous, ...kept }),
    };
    if (previous !== undefined && JSON.stringify(contentOf(previous)) === JSON.stringify(content)) {
      return unchanged(current);
    }
    const { revision, recordedAt } = await takeRevision(tx, toInstant(this.#clock.now()));
    const version = current.version + 1;
    const label = kind.label(body);
    const createdAt = previous?.createdAt ?? recordedAt;
    const document = { id: current.id, ...content, version, revision, createdAt, updatedAt: recordedAt } as Document;
    const doc = JSON.stringify(document);
    const created = current.created || revision;
    const rows = projectRows(kind, document, created, null, await indexedWords(tx, kind, document, text));
    const standing = { slug: current.slug, label, version, revision, created, deleted: false, mergedInto: null };
    const entry = {
      ...revisionRow(kind, { ...current, label }, author),
      revision,
      recordedAt,
      version,
      op: 'put',
      doc,
    };
    // All at once: in this order they reach the database, and a distant one is waited for only once.
    await Promise.all([
      tx.insert('revisions', [entry]),
      advance(tx, kind, current, standing),
      ...(previous === undefined ? [] : [closeRows(tx, kind, current.revision, revision)]),
      insertRows(tx, kind, rows),
      count(tx, kind, counts, previousCells(kind, current), rows.counted),
    ]);
    return { id: current.id, slug: current.slug, version, revision, changed: true, doc };
  }
}

/** Makes room for a record with a free id and slug; what refers to it stands only if it is created. */
export async function reserveEntity(
  tx: Tx,
  kind: RecordKind,
  named: { id: string; slug: string; label: string },
): Promise<Current> {
  const standing = { version: 0, revision: 0, created: 0, deleted: false, mergedInto: null, origin: null };
  const row = { ...named, ...standing };
  await tx.insert('entities', [{ ...row, type: kind.type }]);
  return { ...row, doc: null, recordedAt: '', note: null, by: '' };
}

/** Notes what is counted where it is gathered, and else writes it at once. */
async function count(
  tx: Tx,
  kind: RecordKind,
  counts: CellCounts | undefined,
  before: readonly string[],
  now: readonly string[],
): Promise<void> {
  if (counts === undefined) await countCells(tx, kind.type, before, now);
  else counts.note(kind.type, before, now);
}

/** The part of a document that clients write, and what is derived from it. */
export function contentOf(document: Body): Body {
  const content = { ...document };
  for (const field of MANAGED) delete content[field];
  return content;
}

/** The fields among some that are kept, in their order; those that are null are taken away. */
export function keptOf(kind: RecordKind, fields: Body): Body {
  const kept = kind.kept.map((field) => [field, fields[field] ?? null] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== null));
}

function unchanged({ id, slug, version, revision, doc }: Current): Outcome {
  return { id, slug, version, revision, changed: false, doc: doc as string };
}

function storedAt({ doc }: Outcome): string {
  return (JSON.parse(doc) as Document).updatedAt;
}

/** What a revision says beside its number, version and document. */
export function revisionRow(kind: RecordKind, current: Pick<Current, 'id' | 'slug' | 'label'>, author: Author) {
  return {
    entity: current.id,
    type: kind.type,
    slug: current.slug,
    label: current.label,
    changeKind: author.changeKind,
    by: author.by,
    note: author.note,
    requestId: author.requestId,
  };
}

/** Roll-up cells that the record counts in as it stands. */
export function previousCells(kind: RecordKind, current: Pick<Current, 'doc' | 'created'>): string[] {
  if (current.doc === null) return [];
  return projectRows(kind, JSON.parse(current.doc) as Document, current.created).counted;
}

/** Moves the entity on to its new version, if it still is at the version that was read. */
async function advance(
  tx: Tx,
  kind: RecordKind,
  current: Current,
  next: Pick<Current, 'slug' | 'label' | 'version' | 'revision' | 'created' | 'deleted' | 'mergedInto'>,
): Promise<void> {
  const columns = Object.keys(next);
  const changes = await tx.run(
    'entity advance',
    (db, t) =>
      db
        .update(t.entities)
        .set(Object.fromEntries(columns.map((column) => [column, sql.placeholder(column)])) as never)
        .where(and(eq(t.entities.id, sql.placeholder('id')), eq(t.entities.version, sql.placeholder('expected')))),
    { ...next, id: current.id, expected: current.version },
  );
  if (changes !== 1) {
    const now = await findCurrent(tx, kind, current.id);
    throw versionMismatch(current.version, now?.version ?? current.version);
  }
}

/** `version-mismatch` with both versions. */
export function versionMismatch(yourVersion: number | string, currentVersion: number, history?: string): Problem {
  return new Problem('version-mismatch', `The record is at version ${currentVersion}.`, {
    extra: { currentVersion, yourVersion, ...(history && { history }) },
    headers: { etag: `"v${currentVersion}"` },
  });
}
