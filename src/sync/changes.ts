import { and, asc, eq, gt, inArray, lte, type SQL, sql } from 'drizzle-orm';
import { isIn } from '../db/conditions.js';
import { documentLength, isLastOfRecord, isOfSomeType, revisionBefore, revisionHeldAt } from '../db/feed.js';
import type { Reader, Values } from '../db/store.js';
import type { Tables } from '../db/tables/index.js';
import { fitsVersion, type ListQuery, shapeOf, valuesOf } from '../journal/list.js';
import type { ChangeKind } from '../journal/record.js';
import { inBatches, listValues } from '../journal/references.js';
import type { ResourceType } from '../shared/ids.js';
import { MAX_CHANGES, MAX_PAGE_CHARS } from './limits.js';

/** What an entry of the feed says of its record. */
export const OPS = {
  put: 'The record was created or changed; `document` is what it says now.',
  delete: 'The record was deleted.',
  merge: 'The record was merged into another, which `mergedInto` names; `caused` tells what else that changed.',
  leave: 'The record was changed and no longer fits the filters; nothing more is said of it until it fits again.',
} as const;
export type Op = keyof typeof OPS;

/** Revisions that one page looks at, so that a filter that hardly anything fits costs no more than another. */
const SCAN = 5_000;

/** Which changes a reader follows. */
export interface Followed {
  /** Any when undefined; lists hold at least one entry where they are given. */
  types: readonly ResourceType[] | undefined;
  ops: readonly Op[] | undefined;
  changeKinds: readonly ChangeKind[] | undefined;
  /** Of the changes up to the head only the last of each record. */
  compact: boolean;
  docs: boolean;
  /** The filters, with one type only; undefined without any. */
  filter: ListQuery | undefined;
}

/** Where a reader stands: all up to `after` was told. At `base` it was last told that there is no more. */
export interface Place {
  after: number;
  base: number;
}

export interface Change {
  revision: number;
  type: string;
  id: string;
  slug: string;
  version: number;
  op: Op;
  changeKind: string;
  recordedAt: string;
  by: string;
  note: string | null;
  mergedInto: string | null;
  /** With a merge the first of the revisions that it caused, which all come right before it; null where it caused none. */
  causedFrom: number | null;
  /** Instance that it was mirrored from; null for our own. */
  origin: string | null;
  /** The document as JSON text; null without one, and when documents are not asked for. */
  doc: string | null;
}

export interface ChangePage {
  changes: Change[];
  place: Place;
  /** False: all up to `head` is told, and what the reader holds is the state at `head`. */
  hasMore: boolean;
}

type Row = Omit<Change, 'doc' | 'op'> & {
  op: string;
  chars: number | null;
  held: number | null;
  heldLater: number | null;
};

/**
 * The next changes after a place, up to `head`, which must be the head of the same snapshot: a commit makes all its
 * revisions visible at once, so a page that ends at the head ends with a whole transaction.
 */
export async function readChanges(
  reader: Reader,
  followed: Followed,
  place: Place,
  head: number,
  limit: number,
): Promise<ChangePage> {
  const upTo = Math.min(head, place.after + SCAN);
  const most = followed.filter === undefined ? limit : MAX_CHANGES;
  const rows = await readRows(reader, followed, place, upTo, most + 1);
  const looked = rows.slice(0, most);
  const told = await toldOf(reader, followed, looked);
  const shown = told.slice(0, cut(told, limit, followed.docs));
  const end = rows.length > most ? (looked.at(-1)?.revision ?? upTo) : upTo;
  const after = shown.length < told.length ? (shown.at(-1)?.revision ?? end) : end;
  const hasMore = after < head;
  return {
    changes: await withDocuments(reader, shown, followed.docs),
    place: { after, base: hasMore ? place.base : after },
    hasMore,
  };
}

/** How many of the rows make a page. */
function cut(rows: readonly Row[], limit: number, docs: boolean): number {
  let chars = 0;
  for (const [index, row] of rows.entries()) {
    if (docs && row.op === 'put') chars += row.chars ?? 0;
    if (index === limit || (index > 0 && chars > MAX_PAGE_CHARS)) return index;
  }
  return rows.length;
}

function readRows(reader: Reader, followed: Followed, place: Place, upTo: number, limit: number): Promise<Row[]> {
  const { types, changeKinds, compact, filter } = followed;
  const ops = followed.ops && [...new Set(followed.ops.map((op) => (op === 'leave' ? 'put' : op)))];
  const lists = {
    type: types && listValues(types, 'type'),
    op: ops && filter === undefined ? listValues(ops, 'op') : undefined,
    changeKind: changeKinds && listValues(changeKinds, 'changeKind'),
  };
  const sizes = Object.values(lists).map((list) => list?.names.length ?? 0);
  return reader.all<Row>(
    `changes ${sizes.join('/')} ${compact ? 'compact' : ''} ${filter === undefined ? '' : 'filtered'}`,
    (db, t) => {
      const placeholders = (list: { names: string[] }) => list.names.map((name) => sql.placeholder(name));
      const held = heldBefore(t, filter !== undefined, compact);
      const all = db.select({ ...rowColumns(t), ...held }).from(t.revisions);
      const some = compact ? all.innerJoin(t.entities, eq(t.entities.id, t.revisions.entity)) : all;
      return some
        .where(
          and(
            gt(t.revisions.revision, sql.placeholder('after')),
            lte(t.revisions.revision, sql.placeholder('upTo')),
            lists.type && isOfSomeType(t, placeholders(lists.type)),
            lists.op && isIn(t.revisions.op, placeholders(lists.op)),
            lists.changeKind && isIn(t.revisions.changeKind, placeholders(lists.changeKind)),
            compact ? isLastOfRecord(t) : undefined,
          ),
        )
        .orderBy(asc(t.revisions.revision))
        .limit(sql.placeholder('limit')) as never;
    },
    {
      ...{ ...lists.type?.values, ...lists.op?.values, ...lists.changeKind?.values },
      ...{ after: place.after, base: place.base, upTo, limit },
    },
  );
}

function rowColumns({ revisions }: Tables) {
  const { revision, entity: id, type, slug, version, op, changeKind, recordedAt, by, note } = revisions;
  const { mergedInto, causedFrom, origin } = revisions;
  return {
    ...{ revision, id, type, slug, version, op, changeKind, recordedAt, by, note, mergedInto, causedFrom, origin },
    chars: documentLength({ revisions } as Tables),
  };
}

/**
 * Which versions a reader may hold as it comes to a revision: the one before it; in a compact feed the one that held
 * when it was last up to date, or a later one that an earlier page told.
 */
function heldBefore(t: Tables, filtered: boolean, compact: boolean): Record<string, SQL<number | null>> {
  if (!filtered) return {};
  return compact
    ? { held: revisionHeldAt(t, 'base'), heldLater: revisionHeldAt(t, 'after') }
    : { held: revisionBefore(t) };
}

/** The rows that are told, with the operation that they are for this reader. */
async function toldOf(reader: Reader, { filter, ops }: Followed, rows: readonly Row[]): Promise<Row[]> {
  const told = filter === undefined ? [...rows] : await judged(reader, filter, rows);
  return ops === undefined ? told : told.filter(({ op }) => (ops as readonly string[]).includes(op));
}

/** A version that fits is told; of another is told that its record leaves, if the reader may hold one that fits. */
async function judged(reader: Reader, filter: ListQuery, rows: readonly Row[]): Promise<Row[]> {
  const puts = rows.filter(({ op }) => op === 'put').map(({ revision }) => revision);
  const fitting = new Set(await readFitting(reader, filter, puts));
  const others = rows.filter(({ revision }) => !fitting.has(revision));
  const before = others.flatMap(({ held, heldLater }) => [held, heldLater]).filter((revision) => revision != null);
  const heldFitting = new Set(await readFitting(reader, filter, [...new Set(before)]));
  const isHeld = ({ held, heldLater }: Row) => [held, heldLater].some((each) => each != null && heldFitting.has(each));
  return rows.flatMap((row) => {
    if (fitting.has(row.revision)) return [row];
    return isHeld(row) ? [{ ...row, op: row.op === 'put' ? 'leave' : row.op }] : [];
  });
}

/** Which of some versions of records fit. One query for 500 of them. */
async function readFitting(reader: Reader, filter: ListQuery, revisions: readonly number[]): Promise<number[]> {
  const found = await inBatches(revisions, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `versions that fit ${shapeOf(filter)} ${names.length}`,
      (db, t) => {
        const record = t[filter.kind.collection] as Tables['events'];
        const among = inArray(
          record.revision,
          names.map((name) => sql.placeholder(name)),
        );
        return db
          .select({ revision: record.revision })
          .from(record)
          .where(and(among, fitsVersion(t, filter)));
      },
      { ...valuesOf(filter), ...values } as Values,
    );
  });
  return found.map(({ revision }) => revision);
}

async function withDocuments(reader: Reader, rows: readonly Row[], docs: boolean): Promise<Change[]> {
  const wanted = docs ? rows.filter(({ op }) => op === 'put').map(({ revision }) => revision) : [];
  const found = await inBatches(wanted, (batch) => {
    const { names, values } = listValues(batch);
    return reader.all(
      `documents by revision ${names.length}`,
      (db, { revisions: { revision, doc }, revisions }) =>
        db
          .select({ revision, doc })
          .from(revisions)
          .where(
            inArray(
              revision,
              names.map((name) => sql.placeholder(name)),
            ),
          ),
      values,
    );
  });
  const documents = new Map(found.map(({ revision, doc }) => [revision, doc]));
  return rows.map(({ chars: _chars, held: _held, heldLater: _later, op, ...row }) => ({
    ...{ ...row, op: op as Op },
    doc: documents.get(row.revision) ?? null,
  }));
}
